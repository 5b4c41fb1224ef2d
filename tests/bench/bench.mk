# Ratios against what else does the same job, measured in the same run.

.PHONY: bench
bench: deps
	@tests/rig/install-deps.sh bench
	@$(MAKE) --no-print-directory -j$(JOBS) all $(BUILD)/bench/send $(BUILD)/bench/peer_idle \
		$(BUILD)/bench/expand $(BUILD)/bench/plan
	@BUILD=$(BUILD) $(PYTHON) -B tests/bench/bench.py $(BENCH)

# The lanes of dispatch behind plain connections: smtp-sink has no TLS.
$(BUILD)/bench/send: tests/bench/send.c $(call archives,$(call unit_uses,dispatch))
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# What the sealed reader does with a calendar, without the pipes.
$(BUILD)/bench/expand: tests/bench/expand.c $(call archives,$(call unit_uses,calendar))
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# Intake's, the reader's and the office's part of planning, without a mail server.
$(BUILD)/bench/plan: tests/bench/plan.c $(ALL_ARCHIVES)
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/bench/peer_idle: tests/bench/peer_idle.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 $(CFLAGS) $(WARN) -o $@ $^ -lgnutls
