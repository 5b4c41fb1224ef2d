# make install DESTDIR= PREFIX= : files only. No user is made and nothing is started; README.md goes on from there.

INSTALL ?= install
SHARE    = $(DESTDIR)$(PREFIX)/share
EXAMPLE  = $(SHARE)/doc/utskick/example
UNITDIR  = $(DESTDIR)$(PREFIX)/lib/systemd/system
INSTALL_STDIN = $(INSTALL) -D -m 644 /dev/stdin
# Where things end up is known only here.
WITH_PATHS = sed -e 's,@PREFIX@,$(PREFIX),g' -e 's,@CONFDIR@,$(CONFDIR),g'

# A changed PREFIX is a changed program, also in a build from before.
$(BUILD)/paths: FORCE
	@mkdir -p $(@D)
	@echo '$(VERSION) $(PREFIX) $(CONFDIR)' | cmp -s - $@ || echo '$(VERSION) $(PREFIX) $(CONFDIR)' >$@
$(BUILD)/daemon/config/config.o $(BUILD)/daemon/utskickd.o $(BUILD)/daemon/utskick.o: $(BUILD)/paths

.PHONY: FORCE install install-programs install-manuals install-words install-units install-docs
install: install-programs install-manuals install-words install-units install-docs

install-programs: all
	$(INSTALL) -D -m 755 $(BUILD)/utskickd $(DESTDIR)$(PREFIX)/sbin/utskickd
	$(INSTALL) -D -m 755 $(BUILD)/utskick $(DESTDIR)$(PREFIX)/bin/utskick

install-manuals:
	for page in $(MANUALS); do \
		$(INSTALL) -D -m 644 -t $(SHARE)/man/man$${page##*.} $$page || exit; \
	done

install-words:
	$(INSTALL) -D -m 644 -t $(SHARE)/utskick config/*.schema.json
	for language in templates/*/; do \
		$(INSTALL) -D -m 644 -t $(SHARE)/utskick/$$language $$language* || exit; \
	done

install-units:
	$(WITH_PATHS) systemd/utskickd.service | $(INSTALL_STDIN) $(UNITDIR)/utskickd.service
	$(WITH_PATHS) systemd/utskickd@.service | $(INSTALL_STDIN) $(UNITDIR)/utskickd@.service
	$(WITH_PATHS) systemd/utskick.tmpfiles | $(INSTALL_STDIN) $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/utskick.conf
	$(INSTALL) -D -m 644 systemd/utskick.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/utskick.conf

install-docs:
	$(INSTALL) -D -m 644 -t $(SHARE)/doc/utskick README.md LICENSE daemon/ARCHITECTURE.md
	$(INSTALL) -D -m 644 -t $(EXAMPLE) config/directory.json config/utskick.json
	sed -i -e 's,"\.\./templates","$(PREFIX)/share/utskick/templates",' \
		-e 's,"\([a-z]*\.schema\.json\)","$(PREFIX)/share/utskick/\1",' $(EXAMPLE)/*.json
