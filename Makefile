# Two commands do everything: `make run` and `make test`. Python 3.11 or newer and make are all they need.
.DEFAULT_GOAL := help
.PHONY: help run test check bench chaos workflows reset lock doctor

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin

help: ## what there is
	@echo 'make run                 Steward with everything it needs, in a sandbox; prints the page to open'
	@echo 'make run ASK="…"         one request in the terminal  [ANSWER=approve|reject|2,approve] [JSON=1]'
	@echo '   MAILBOX=… CALENDAR=… ME=…   on your own mbox file and .ics files'
	@echo '   WORLD=7                     among other people, with other mails and meetings, for every number'
	@echo 'make test                every check and test'
	@echo 'make bench               the measurements'
	@echo 'make chaos               every action killed and deceived at every step, half an hour to an hour  [SEED=…]'
	@echo 'make workflows           the twelve everyday requests in every wording, in two worlds  [ONLY="3 11"] [SEED=…]'
	@echo 'make doctor              checks every setting, service, token and scope'
	@echo 'make reset               forgets the sandbox: mail, messages, database'
	@echo 'make lock                pins the dependencies anew'

OWN = $(if $(MAILBOX),--mailbox "$(MAILBOX)") $(if $(CALENDAR),--calendar "$(CALENDAR)") $(if $(ME),--me "$(ME)") $(if $(WORLD),--world "$(WORLD)")

run: $(VENV)/run ## the house, or one request
ifdef ASK
	@$(BIN)/python -m app ask $(if $(ANSWER),--answer $(ANSWER)) $(if $(JSON),--json) $(OWN) "$$ASK"
else
	@$(BIN)/python -m app run $(OWN)
endif
export ASK

test: check ## every check and test
	@$(BIN)/python -m pytest -n 4 --dist loadfile
	@$(BIN)/python -m tests.browser.found

check: $(VENV)/dev ## formatting, lint, types
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy

bench: $(VENV)/dev ## the measurements
	@$(BIN)/python -m bench

chaos: $(VENV)/dev ## every action killed and deceived at every step
	@$(BIN)/python -m bench.chaos $(if $(SEED),--seed $(SEED))
	@STEWARD_CHAOS=1 $(BIN)/python -m pytest -q tests/integration/test_audit_chain.py \
		tests/integration/test_isolation_fuzz.py tests/acceptance/test_obedient_model.py \
		tests/integration/test_digest_days.py tests/unit/test_week.py

workflows: $(VENV)/dev ## the twelve everyday requests in every wording, in two worlds
	@$(BIN)/python -m tests.acceptance.workflows $(ONLY) $(if $(SEED),--seed $(SEED))

doctor: $(VENV)/run
	@$(BIN)/python -m app doctor

reset: $(VENV)/run
	@$(BIN)/python -m app reset

lock: $(VENV)/dev
	@$(BIN)/python -m pip install -q uv
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" -q pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" -q --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo 'Steward needs Python 3.11 or newer, and none is on the PATH. Install it, or name it: make run PYTHON=/path/to/python3.12' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo 'Python could not make a virtual environment. On Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }

$(VENV)/run: requirements.lock | $(VENV)/bin/python
	@echo 'Installing what Steward needs (once, about a minute) …' >&2
	@$(call install,requirements.lock)
	@touch $@

$(VENV)/dev: requirements-dev.lock | $(VENV)/bin/python
	@echo 'Installing what the tests need (once, about a minute) …' >&2
	@$(call install,requirements-dev.lock)
	@touch $@ $(VENV)/run

install = $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1) || { \
	echo 'The installation did not finish: the package index could not be reached, or refused. Nothing is lost;' >&2; \
	echo 'connect to the network (or set PIP_INDEX_URL to a mirror you may use) and run the same command again.' >&2; exit 1; }
