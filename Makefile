# Open Urban: set-up, service and tests. `make help` lists what there is.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_TEST := $(VENV)/.ready-test
EDITOR := $(VENV)/.editor
DECLARED := setup.cfg pyproject.toml
BROWSER := $(PYTHON) tests/browser.py
VIRTUOSO := $(PYTHON) tests/servers.py
APT := DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300
MESSAGES := kg/web/translations
# Two at a time, because half of the time is spent waiting for services and browsers; a file stays whole, and the order as it is.
TESTS := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
PYBABEL := $(BIN)/pybabel --quiet

.DEFAULT_GOAL := help
.PHONY: help serve test test-virtuoso w3c coverage bench messages map pictures editor programs checker ready clean

help: ## list what make can do here
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16
	@echo
	@echo "  Settings are KG_* variables, for example KG_PORT=9000 make serve; $(BIN)/kg settings lists them."

serve: $(READY) $(EDITOR) ## set up, load the shipped corpus, serve http://127.0.0.1:8000
	@exec $(BIN)/kg serve

# A virtual environment remembers where it was made: a copied or moved folder gets a new one, or it would run the old code.
ifneq ($(shell cat $(VENV)/.where 2>/dev/null):$(shell $(BIN)/python -c 'print("runs")' 2>/dev/null),$(CURDIR):runs)
.PHONY: $(READY)
endif

$(READY): $(DECLARED)
	@command -v $(PYTHON) >/dev/null || { echo "Open Urban needs Python 3.11 or newer, and there is no $(PYTHON) here."; \
	  echo "Install it, or name another one: make PYTHON=/path/to/python3.12 serve"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Open Urban needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
	  echo "Name another one: make PYTHON=/path/to/python3.12 serve"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments."; \
	  echo "On Debian and Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	@echo "Setting up $(VENV) ..."
	@if [ "$$(cat $(VENV)/.where 2>/dev/null)" != "$(CURDIR)" ] || ! $(BIN)/python -c '' 2>/dev/null; then \
	  rm -rf $(VENV) && $(PYTHON) -m venv $(VENV) && echo "$(CURDIR)" > $(VENV)/.where; fi
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(READY_TEST): $(READY)
	@echo "Setting up what the tests need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

# Tried once for each state of its sources; where there is neither npm nor a network, /sparql stays the plain form.
$(EDITOR): $(wildcard package-lock.json tools/editor/*) | $(READY)
	@if [ -f tools/editor/build.py ]; then $(BIN)/python tools/editor/build.py || true; fi
	@touch $@

editor: $(READY) ## bundle the SPARQL editor from npm (serve and test do it by themselves)
	@$(BIN)/python tools/editor/build.py && touch $(EDITOR)

# Programs that the tests drive: asked for together, because a package list is fetched once for all and one installation locks out another.
programs:
	@wanted=""; \
	$(BROWSER) >/dev/null || wanted="chromium-headless-shell"; \
	$(VIRTUOSO) >/dev/null || wanted="$$wanted virtuoso-opensource-7-bin"; \
	command -v lynx >/dev/null || wanted="$$wanted lynx"; \
	if [ -n "$$wanted" ] && command -v apt-get >/dev/null && { [ "$$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then \
	  echo "Installing for the tests:" $$wanted "..."; \
	  as_root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  install() { $$as_root env $(APT) install -qq -y --no-install-recommends $$1 >/dev/null; }; \
	  $$as_root env $(APT) update -qq >/dev/null; for each in $$wanted; do install $$each; done; \
	  $(BROWSER) >/dev/null || install chromium; \
	fi; \
	$(BROWSER) >/dev/null || { echo; echo "!!! NO CHROMIUM: the browser tests CANNOT RUN."; \
	  echo "!!! Install it (Debian: sudo apt-get install chromium) and run make test again."; echo; }; \
	$(VIRTUOSO) >/dev/null || { echo; echo "!!! NO VIRTUOSO: the same tests CANNOT RUN on it."; \
	  echo "!!! Install it (Debian 12: sudo apt-get install virtuoso-opensource-7-bin) and run make test again."; echo; }; \
	command -v lynx >/dev/null || echo "There is no Lynx here: the text browser tests cannot run. (Debian: sudo apt-get install lynx)"

# The W3C's SPARQL test suites come with the source of rdflib; they stay outside the repository.
W3C := build/w3c/rdflib-7.1.4
$(W3C): | $(READY)
	@mkdir -p build/w3c
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --no-binary rdflib -d build/w3c rdflib==7.1.4 \
	  && tar -xzf $@.tar.gz -C build/w3c || echo "The W3C's SPARQL tests cannot be fetched; they are left out."

w3c: $(W3C) $(READY_TEST) ## the W3C's SPARQL 1.0 and 1.1 suites through our endpoint
	@$(BIN)/python -m pytest -s tests/test_w3c.py

test-virtuoso: programs $(READY_TEST) ## the same tests of engines on a real Virtuoso 7
	@$(BIN)/python -m pytest tests/test_engines.py -k "virtuoso or stranger"

RECORDS ?= 10000
ENTRIES ?= 10000
bench: $(READY) programs ## measure the service beside others: make bench RECORDS=10000; writes docs/bench.md
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]' || echo "rdflib-endpoint cannot be installed; it is left out."
	@$(BIN)/python -m bench --records $(RECORDS) --entries $(ENTRIES)

checker: # the checker of HTML, Zotero's translators and schema.org's vocabulary, where Node is at hand
	@if command -v npm >/dev/null; then npm ci --silent --ignore-scripts --no-audit --no-fund || true; fi

ready: programs checker $(READY_TEST) $(EDITOR) $(W3C)

# What is set up is set up side by side. Then every step runs even when one before it failed, so that one run tells everything;
# the slow tests run only when all else is well.
test: ## style, types and every test, the fast ones first
	@$(MAKE) --no-print-directory --jobs ready
	@failed=""; \
	step() { name=$$1; shift; echo; echo "== $$name"; "$$@" || failed="$$failed '$$name'"; }; \
	step "ruff check" $(BIN)/ruff check; \
	step "ruff format" $(BIN)/ruff format --check; \
	step "mypy" $(BIN)/mypy; \
	step "tests" $(TESTS) -m "not slow"; \
	if [ -z "$$failed" ]; then step "slow tests" $(TESTS) -m slow; else echo; echo "== slow tests: NOT RUN, see above"; fi; \
	echo; \
	if [ -n "$$failed" ]; then echo "FAILED:$$failed"; exit 1; fi; \
	if ! $(BROWSER) >/dev/null; then echo "PASSED, but WITHOUT the browser tests: there is no Chromium here."; \
	else echo "PASSED: style, types and every test."; fi

messages: $(READY) ## bring the catalogues of translations up to what the pages say
	@mkdir -p build
	@$(PYBABEL) extract -F babel.cfg -k phrase --no-location --sort-output -o build/messages.pot .
	@$(PYBABEL) update -i build/messages.pot -d $(MESSAGES) --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 120

coverage: programs $(READY_TEST) $(EDITOR) ## which branches the fast and browser tests do not take
	@$(BIN)/coverage run -m pytest -m "not slow"; $(BIN)/coverage report

map: ## draw the world map anew (needs Node; kg/web/static/world.svg is in the repository)
	@npm ci --silent --no-audit --no-fund && node tools/map.mjs

pictures: programs $(READY_TEST) $(EDITOR) ## take the pictures of the main pages anew, into docs/pictures
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[pictures]'
	@$(BIN)/python -m pytest -q tests/test_screens.py -m pictures --pictures docs/pictures

clean: ## remove what set-up, builds and tests left behind; never the data folder
	rm -rf $(VENV) build dist node_modules kg/web/static/editor *.egg-info .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
