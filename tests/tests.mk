# Setting up and testing. `make test` is the one to call; the rest are its parts.

include tests/lint.mk tests/bench/bench.mk

PYTHON  := /usr/bin/python3
PYTEST  ?= $(PYTHON) -B -m pytest -q
# Flow tests, a file a process, each with servers of its own: they mostly wait. What failed
# is tried once more and named: on a machine with other work a server may be slow where the
# program is right; what fails twice has failed.
FLOW_JOBS ?= $(shell expr 2 '*' $$(nproc))
flow = BUILD=$(BUILD) $(PYTEST) -o cache_dir=$(abspath $(BUILD))/flow $(1) $(2)
# make JOBS=1 where memory is short.
JOBS    ?= $(shell nproc)
# What `make test` runs once everything is built.
CHECKS  := test-unit test-flow

# Debian packages only; says nothing and takes no time where all are there.
.PHONY: deps deps-build
deps:
	@tests/rig/install-deps.sh all
deps-build:
	@tests/rig/install-deps.sh build

# A make of its own after deps: this one asked pkg-config before the libraries were there.
.PHONY: test test-san
test: deps
	@$(MAKE) --no-print-directory -j$(JOBS) all unit-programs
	@$(MAKE) --no-print-directory $(CHECKS)

# Sanitizers cost several times the work: the flow tests that touch every part of it, once.
SAN_FLOW := $(addprefix tests/flow/test_,main_path.py minutes_files.py bad_input.py kill.py \
	attacks.py mailed.py commands.py questions.py read_corpora.py)
test-san: deps
	@$(MAKE) --no-print-directory -j$(JOBS) BUILD=build-san SAN=1 all unit-programs
	@UTSKICK_KILLS=60 $(MAKE) --no-print-directory BUILD=build-san SAN=1 \
		FLOW="$(SAN_FLOW)" test-unit test-flow

.PHONY: unit-programs test-unit
unit-programs: $(UNIT_BIN)

UNIT_SCRIPTS := $(wildcard tests/unit/*.sh)
test-unit: unit-programs
	@BUILD=$(BUILD) tests/run-unit.sh $(UNIT_SCRIPTS) $(UNIT_BIN)

# make test-flow FLOW=tests/flow/test_rig.py for a part.
FLOW ?= tests/flow
.PHONY: test-flow
test-flow: all
	@$(call flow,-n $(FLOW_JOBS) --dist loadfile,$(FLOW)) || { \
		echo "flow: once more what failed"; $(call flow,--last-failed,$(FLOW)); }

# Longer than in `make test`: KILLS kills at random moments; SEED=n repeats a run.
KILLS ?= 1000
.PHONY: kill-test
kill-test: all
	@BUILD=$(BUILD) UTSKICK_KILLS=$(KILLS) $(if $(SEED),UTSKICK_SEED=$(SEED)) \
		$(PYTEST) -s tests/flow/test_kill.py

# All of the forged mail and reports of which `make test` has a twentieth; says how long it took.
.PHONY: flood
flood: all
	@BUILD=$(BUILD) UTSKICK_FLOOD=1 $(PYTEST) -s tests/flow/test_flood.py

# What it costs while nothing happens: CPU, memory, wake-ups of all processes.
IDLE ?= 600
.PHONY: idle
idle: all
	@BUILD=$(BUILD) $(PYTHON) -B tests/bench/idle.py $(IDLE)

# The main job on servers of its own, told in plain words; leaves demo-run/ to look at.
.PHONY: demo
demo: deps
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@BUILD=$(BUILD) $(PYTHON) -B tests/demo.py

# A coordinator's week in August, told anew: writes daemon/utskick-week.7.
.PHONY: week
week: deps
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@BUILD=$(BUILD) $(PYTHON) -B tests/week.py

include tests/fuzz/fuzz.mk
