# Every job of the project. `make` alone lists them. What they need they set up themselves, in .venv and .cache.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --quiet --disable-pip-version-check --require-hashes
NODE := .cache/node
LANGUAGES := sv fi
FURTHER := $(filter-out $(LANGUAGES),$(notdir $(patsubst %/,%,$(wildcard locales/*/))))
CATALOGUES := $(basename $(wildcard locales/*/LC_MESSAGES/messages.po))
JS_FOLDERS := $(wildcard pwa static/js)
export PYTHON

##@ Use

.PHONY: help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: setup
setup: $(VENV)/made-run $(CATALOGUES:%=%.mo) ## everything `make run` needs, in .venv
	@$(PY) -m compileall -q server # who may not write here would compile at every start

.PHONY: run
run: setup ## the demo municipality on http://localhost:8000 (PORT=9000, DATA=folder)
	@exec $(PY) -m server demo $(if $(PORT),--port $(PORT)) $(if $(DATA),--data "$(DATA)")

.PHONY: demo-town
demo-town: setup ## a whole town with a finished consultation to explore (PORT=9000, DATA=data-town)
	@exec $(PY) -m server demo --town $(if $(PORT),--port $(PORT)) --data "$(or $(DATA),data-town)"

##@ Check

.PHONY: test
test: setup $(VENV)/made-test ## all tests: rules, store, web, browsers (ARGS="-k name" for some)
	@$(PY) tests/needs.py
	@$(PY) -m pytest -n 2 --no-loadscope-reorder $(ARGS)

.PHONY: check
check: setup $(VENV)/made-check $(NODE)/made ## format, lint, types, catalogues, architecture
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy --no-incremental
	$(if $(wildcard server/templates),$(PY) -m djlint --lint --quiet server/templates)
	$(if $(JS_FOLDERS),$(NODE)/node_modules/.bin/biome lint --error-on-warnings $(JS_FOLDERS))
	$(if $(wildcard pwa/*.js static/js/*.js),$(NODE)/node_modules/.bin/tsc --project jsconfig.json)
	$(if $(wildcard pwa/sw.js),$(NODE)/node_modules/.bin/tsc --project jsconfig.worker.json)
	$(PY) -m pytest tests/architecture

.PHONY: bench
bench: setup $(VENV)/made-test ## how fast and how big, as a table and as JSON
	@$(PY) tests/needs.py
	@$(PY) -m tests.bench $(ARGS)

.PHONY: load
load: setup $(VENV)/made-test ## a school morning of 100 classes on the running server, as a table; its books must balance
	@$(PY) tests/needs.py
	@$(PY) -m tests.load $(ARGS)

.PHONY: campaign
campaign: setup $(VENV)/made-test ## everything goes wrong for MINUTES=30, and its books must balance
	@$(PY) tests/needs.py
	@$(PY) -m tests.campaign $(if $(MINUTES),--minutes $(MINUTES)) $(ARGS)

.PHONY: attack
attack: setup $(VENV)/made-test ## 50,000 hostile requests at every address of the running server, counted (ARGS="--requests 5000")
	@$(PY) -m tests.hostile $(ARGS)

##@ Work

.PHONY: format
format: $(VENV)/made-check ## format the Python files
	$(PY) -m ruff check --fix-only --quiet .
	$(PY) -m ruff format .

.PHONY: locales
locales: $(VENV)/made-run ## collect the texts, update every folder of locales/, compile them
	@mkdir -p .cache locales
	$(PY) -m babel.messages.frontend --quiet extract -F pyproject.toml --no-location --sort-output \
	  --project Tyck --version 0 --last-translator "The Tyck project" --copyright-holder "The Tyck project" -o .cache/messages.pot .
	@grep -v '^"POT-Creation-Date' .cache/messages.pot > locales/messages.pot
	@for language in $(LANGUAGES); do \
	  $(PY) -m babel.messages.frontend --quiet update -i locales/messages.pot -d locales -l $$language \
	    --init-missing --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date || exit 1; done
	$(PY) -m babel.messages.frontend --quiet extract -F locales/child.toml --no-location --sort-output \
	  --project Tyck --version 0 --last-translator "The Tyck project" --copyright-holder "The Tyck project" -o .cache/child.pot .
	@for language in $(FURTHER); do \
	  $(PY) -m babel.messages.frontend --quiet update -i .cache/child.pot -d locales -l $$language \
	    --init-missing --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date || exit 1; done
	@$(MAKE) setup

.PHONY: vendor
vendor: $(VENV)/made-check ## fetch scripts, fonts and pictures again from npm and PyPI (needs Node)
	$(PY) -m tools.vendor

.PHONY: lock
lock: $(VENV)/made-check ## resolve the dependencies anew into the hashed requirements
	tools/lock.sh $(PY)

.PHONY: screenshots
screenshots: setup $(VENV)/made-test ## the pictures of the documents, taken from the running demo
	@$(PY) tests/needs.py
	@$(PY) -m tests.browser.screenshots

.PHONY: clean
clean: ## forget what was set up and cached (not your data)
	rm -rf $(VENV) .cache $(CATALOGUES:%=%.mo)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Set-up, each step once: a step runs again only when the file it depends on has changed.

$(VENV)/made:
	@echo "Setting up Tyck in $(VENV) (once, a minute or so) …" >&2
	@sh tools/make-venv.sh $(VENV)
	@touch $@

$(VENV)/made-%: requirements-%.txt $(VENV)/made
	@$(PIP) -r $<
	@touch $@

$(VENV)/made-run: requirements.txt $(VENV)/made
	@$(PIP) -r $<
	@touch $@

%.mo: %.po $(VENV)/made-run
	@$(PY) -m babel.messages.frontend --quiet compile -i $< -o $@

$(NODE)/made: Makefile
	@command -v npm >/dev/null || { echo "make check reads the JavaScript with Node's tools: install Node 20 or newer with npm." >&2; exit 1; }
	@mkdir -p $(NODE)
	npm install --prefix $(NODE) --no-save --no-audit --no-fund --loglevel=error \
	  typescript@7.0.2 @biomejs/biome@2.5.15 idb@8.0.4 perfect-freehand@1.2.3
	@mkdir -p .cache/types/vendor
	@cp $(NODE)/node_modules/idb/build/*.d.ts .cache/types/vendor/
	@cp .cache/types/vendor/index.d.ts .cache/types/vendor/idb.d.ts
	@rm -rf .cache/types/vendor/perfect-freehand
	@cp -r $(NODE)/node_modules/perfect-freehand/dist/types .cache/types/vendor/perfect-freehand
	@echo 'export * from "./perfect-freehand/index.js";' > .cache/types/vendor/perfect-freehand.d.ts
	@touch $@
