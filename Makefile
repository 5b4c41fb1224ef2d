# utskick: see README.md. Debian 12; everything needed comes from `make deps`.

VERSION := 0.1.0
PREFIX  ?= /usr/local
DESTDIR ?=
CONFDIR ?= /etc/utskick
BUILD   ?= build
CC      ?= gcc
SECONDS ?= 10
# `make V=1` shows whole commands.
ifeq ($(V),)
Q   := @
SAY := @printf '  %-3s %s\n'
else
SAY := @true
endif

PACKAGES := libcurl libetpan gmime-3.0 libical sqlite3 jansson libsodium nettle \
            libidn2 libseccomp libsystemd libxml-2.0 libmagic libarchive libytnef

WARN   := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
          -Wpointer-arith -Wformat=2 -Wvla -Wundef -Werror
HARDEN := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fPIE
CFLAGS ?= -O2 -g
ifneq ($(SAN),)
HARDEN := -fsanitize=address,undefined -fno-sanitize-recover=undefined \
          -fno-omit-frame-pointer -fPIE
endif
ALL_CFLAGS  = -std=gnu17 -D_GNU_SOURCE $(CFLAGS) $(WARN) $(HARDEN) -Idaemon $(PKG_CFLAGS) \
              -DUTSKICK_VERSION='"$(VERSION)"' \
              -DUTSKICK_SHARE='"$(PREFIX)/share/utskick"' -DUTSKICK_CONFDIR='"$(CONFDIR)"'
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(HARDEN) $(LDFLAGS)
PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
# libical names three libraries where one is needed; libetpan turns PIE off.
LIBS := $(filter-out -licalss -licalvcal -specs=%,$(shell pkg-config --libs $(PACKAGES) 2>/dev/null)) -lm

# A folder may use those before it in this list (tests/unit/may-use.sh checks it).
FOLDERS := base store mail calendar net render config duty \
           intake reader office dispatch command supervisor
objects  = $(patsubst %.c,$(BUILD)/%.o,$(wildcard daemon/$(1)/*.c))
archives = $(foreach f,$(1),$(BUILD)/$(f).a)
# Archives in the order the linker wants: users before what they use.
LINK_ORDER := $(shell cat tests/unit/link-order)
ALL_ARCHIVES := $(call archives,$(LINK_ORDER))

.PHONY: all
all: $(BUILD)/utskickd $(BUILD)/utskick

define folder
$(BUILD)/$(1).a: $(call objects,$(1))
	@rm -f $$@
	$$(Q)$$(AR) rcs $$@ $$^
OBJECTS += $(call objects,$(1))
endef
$(foreach f,$(FOLDERS),$(eval $(call folder,$(f))))

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The JSON Schemas are part of the program: one truth for checking and for the manual.
$(BUILD)/daemon/config/schemas.o: $(wildcard config/*.schema.json)
# So are the words that automatic answers begin with.
$(BUILD)/daemon/mail/mail-class-auto.o: daemon/mail/auto-reply-subjects.txt

$(BUILD)/utskickd: $(BUILD)/daemon/utskickd.o $(ALL_ARCHIVES)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/utskick: $(BUILD)/daemon/utskick.o $(ALL_ARCHIVES)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

-include $(OBJECTS:.o=.d) $(BUILD)/daemon/utskickd.d $(BUILD)/daemon/utskick.d

# Unit tests: tests/unit/test-FOLDER-THING.c links FOLDER and what FOLDER may use.
UNIT_SRC  := $(wildcard tests/unit/test-*.c)
UNIT_BIN  := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))
unit_folder = $(word 2,$(subst -, ,$(1)))
unit_uses   = $(shell awk -v f=$(1) 'f == $$1 { on = 1 } on' tests/unit/link-order)

define unit
$(BUILD)/unit/$(1): tests/unit/$(1).c $(call archives,$(call unit_uses,$(call unit_folder,$(1))))
	@mkdir -p $$(@D)
	$$(SAY) LD $$@
	$$(Q)$$(CC) $$(ALL_CFLAGS) -MMD -MP $$(ALL_LDFLAGS) -o $$@ $$(filter %.c %.a,$$^) -lcmocka $$(LIBS)
endef
$(foreach t,$(patsubst tests/unit/%.c,%,$(UNIT_SRC)),$(eval $(call unit,$(t))))
-include $(patsubst %,%.d,$(UNIT_BIN))

include tests/tests.mk
include install.mk

.PHONY: clean
clean:
	rm -rf $(BUILD) build-san build-fuzz build-analyze
