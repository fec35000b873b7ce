# Every target is one line of work; `make` alone lists them.
PY := .venv/bin/python
.PHONY: help env demo test again bottlecrm lint bench mutate crash faults texts lock
help: ## List the targets.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'
env: .venv/.ready ## Make ./.venv with everything, from the lock; ends at once when nothing changed.
.venv/.ready: requirements.lock pyproject.toml setup.py
	@sh .ci/make-env
demo: env ## The whole loop on this laptop: contacts in, verdicts out, four objections back.
	@.venv/bin/contactable demo
test: env ## The whole suite.
	@$(PY) -m pytest -n auto -m "slow or not slow" --ignore tests/connectors/bottlecrm $(PYTEST)
again: env ## What failed in the last `make test`, alone on the machine.
	@$(PY) -m pytest -m "slow or not slow" --last-failed --last-failed-no-failures none --ignore tests/connectors/bottlecrm $(PYTEST)
bottlecrm: env ## A real CRM: BottleCRM on PostgreSQL, installed once and kept in ~/.cache (needs Python 3.12 or newer).
	@$(PY) -m pytest tests/connectors/bottlecrm -q
lint: env ## Style, types, and the import table of the rooms.
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/lint-imports
bench: env ## Every script of bench/; each prints one JSON object of named figures.
	@for script in bench/*.py; do echo "== $$script" >&2; $(PY) $$script --json || exit 1; done
mutate: env ## Small mistakes in rules/, one at a time: how many the tests find; SAMPLE by chance, or all (needs uv).
	@VIRTUAL_ENV=.venv uv run --quiet --no-project --active --with cosmic-ray==8.7.0 python bench/mutation $${SAMPLE:+--sample $$SAMPLE}
crash: env ## Kill the server at random under load, ROUNDS times (20 by default): nothing answered is lost.
	@CRASH_ROUNDS=$${ROUNDS:-20} $(PY) -m pytest tests/crash -q -p no:cacheprovider
faults: env ## Let the CRM fail by seeded plans, PLANS of them (20 by default): all ends as if nothing had happened.
	@FAULT_PLANS=$${PLANS:-20} $(PY) -m pytest tests/faults -q -n auto -p no:cacheprovider
texts: env ## Write the catalogues of the pages' texts anew, with what is new left empty.
	@$(PY) -m contactable.console.site.catalogue
lock: ## Make requirements.lock anew (needs uv).
	@uv pip compile pyproject.toml --quiet --universal --all-extras --group test --group lint --group bench --generate-hashes --no-emit-index-url --no-header -o requirements.lock
