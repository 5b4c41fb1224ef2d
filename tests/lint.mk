# What programs can say of the sources: format, doubtful constructs, manuals, sizes.

SOURCES := $(wildcard daemon/*.c daemon/*/*.c)
HEADERS := $(wildcard daemon/*/*.h)
OTHER_C := $(wildcard tests/*/*.[ch])
MANUALS := $(wildcard daemon/*.[178] config/*.5)
# A file is looked at again when it, a header or the rules have changed.
TIDIED  := $(patsubst %.c,$(BUILD)/lint/%.tidy,$(SOURCES))

.PHONY: lint lint-format lint-tidy lint-manuals lint-sizes analyze
lint: lint-format lint-sizes lint-manuals
	@$(MAKE) --no-print-directory -k -j$(JOBS) lint-tidy

lint-format:
	@clang-format --dry-run -Werror $(SOURCES) $(HEADERS) $(OTHER_C)

lint-tidy: $(TIDIED)
$(BUILD)/lint/%.tidy: %.c .clang-tidy $(HEADERS)
	@mkdir -p $(@D)
	@echo clang-tidy $<
	@clang-tidy --quiet $< -- $(filter-out -Werror -fstack-clash-protection,$(ALL_CFLAGS)) 2>$@.said || { cat $@.said; exit 1; }
	@rm -f $@.said && touch $@

lint-manuals:
	mandoc -T lint -W warning $(MANUALS)

# A file or header that outgrows its limit is two modules.
lint-sizes:
	@wc -l $(SOURCES) | awk '$$2 != "total" && $$1 > 500 { print $$2 ": " $$1 " lines, the limit is 500"; bad = 1 } END { exit bad }'
	@wc -l $(HEADERS) | awk '$$2 != "total" && $$1 > 120 { print $$2 ": " $$1 " lines, the limit is 120"; bad = 1 } END { exit bad }'

analyze:
	@$(MAKE) --no-print-directory -k -j$(JOBS) BUILD=build-analyze CFLAGS='-O1 -g -fanalyzer' all
# (iconv_t)-1 is nothing to close.
build-analyze/daemon/mail/charset.o: override CFLAGS += -Wno-analyzer-malloc-leak
