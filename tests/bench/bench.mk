# Ratios against what else does the same job, measured in the same run.

.PHONY: bench
bench: deps
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@BUILD=$(BUILD) $(PYTHON) -B tests/bench/bench.py $(BENCH)
