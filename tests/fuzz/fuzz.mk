# make fuzz SECONDS=n: every tests/fuzz/fuzz-NAME.c that many seconds under libFuzzer, ASan and UBSan, beginning
# with tests/fuzz/seeds/NAME. What it finds stays in build-fuzz/found, what it learned in build-fuzz/corpus.
# FUZZ_SEED=n repeats a run, FUZZ_TIMEOUT=seconds is for a busy machine.

FUZZ_BUILD := build-fuzz
FUZZ_SRC   := $(wildcard tests/fuzz/fuzz-*.c)
FUZZ_BIN   := $(patsubst tests/fuzz/%.c,$(FUZZ_BUILD)/fuzz/%,$(FUZZ_SRC))
FUZZ_FLAGS := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined \
              -fno-omit-frame-pointer -fPIE
# make fuzz FUZZ=fuzz-mail for one.
FUZZ       ?= $(notdir $(FUZZ_BIN))

ifeq ($(BUILD),$(FUZZ_BUILD))
# What reads bytes from outside, and all that it uses.
$(FUZZ_BUILD)/fuzz/%: tests/fuzz/%.c $(call archives,$(call unit_uses,reader))
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $(ALL_LDFLAGS) -o $@ $(filter %.c %.a,$^) $(LIBS)
endif

.PHONY: fuzz fuzz-programs
fuzz-programs: $(addprefix $(FUZZ_BUILD)/fuzz/,$(FUZZ))
fuzz: deps
	@$(MAKE) --no-print-directory -j$(JOBS) BUILD=$(FUZZ_BUILD) CC=clang WARN= \
		HARDEN='$(FUZZ_FLAGS)' fuzz-programs
	@for name in $(FUZZ); do \
		tests/fuzz/run.sh $(FUZZ_BUILD) "$$name" $(SECONDS) || exit 1; \
	done
