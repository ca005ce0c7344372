# Every command of the project. `make help` lists them.

PYTHON ?= python3
RUN := .venv/bin/python
# The system's certificates, so that a company's proxy is trusted where the system trusts it.
UV := UV_SYSTEM_CERTS=1 PYTHONPATH=.tools $(PYTHON) -m uv
PRODUCTION := SECRET_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))') \
	ALLOWED_HOSTS=news.example SITE_URL=https://news.example PROXIES=1 FIREBASE_CREDENTIALS=tests/data/firebase.json

# What `make test` leaves to lanes of their own.
SHORT := not chaos and not contract and not browser and not markup
# Several processes (tests/plugin.py says how many), each with servers of its own; one where servers are given.
SPREAD := $(if $(DATABASE_URL)$(REDIS_URL),,-n auto --dist worksteal)

.PHONY: help setup demo test lint format bench up cover chaos contract browsers browser-test schema validate messages lock clean
.DEFAULT_GOAL := help

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

# The stamp is written last: an install that was cut off is taken up again.
.venv/.installed: requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=")'
	@test -x .tools/bin/uv || { rm -rf .tools && $(PYTHON) -m pip install -q --disable-pip-version-check --target .tools uv==0.13.9; }
	@$(UV) venv -q --allow-existing --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .venv
	@$(UV) pip install -q --python $(RUN) --require-hashes --compile-bytecode --only-binary :all: -r requirements-dev.txt
	@touch $@

setup: .venv/.installed ## install everything into .venv

demo: setup ## see it work: news comes in, a push arrives (ARGS=--once to stop after the first)
	@$(RUN) -m backend.demo $(ARGS)

test: setup ## the tests, on a real PostgreSQL, Valkey and Celery worker
	@$(RUN) -m pytest -q -m "$(SHORT)" $(SPREAD) $(ARGS)

chaos: setup ## the failure tests at length: what is killed, flushed, refused; ends with a table
	@$(RUN) -m pytest -q tests/journeys/chaos -k "not short" $(ARGS)

cover: setup ## the tests, and which lines they reach
	@$(RUN) -m coverage run -m pytest -q -m "$(SHORT)" $(ARGS)
	@$(RUN) -m coverage report --skip-covered --show-missing

lint: setup ## formatting, rules, types, import contracts, templates, migrations, deployment
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .
	@DEBUG=yes $(RUN) -m mypy .
	@.venv/bin/lint-imports
	@.venv/bin/djlint --quiet --check --lint articles/templates backend/templates notifications/templates
	@$(RUN) -m backend.services --folder .run/lint env DEBUG=yes $(RUN) -W error manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(RUN) -m backend.services --folder .run/lint $(RUN) -W error manage.py check --deploy --fail-level WARNING

format: setup ## put the code into its form
	@$(RUN) -m ruff format .
	@$(RUN) -m ruff check --fix-only .
	@.venv/bin/djlint --quiet --reformat articles/templates backend/templates notifications/templates || true

bench: setup ## figures beside peers (ARGS="--only NAME", ARGS="--json")
	@$(UV) pip install -q --python $(RUN) --require-hashes --only-binary :all: -r requirements-bench.txt
	@$(RUN) -m tests.bench $(ARGS)

contract: setup ## held to what others wrote: schema tools, clients, servers; 9 minutes (CONTRACT_SECONDS=60 for fewer)
	@$(UV) pip install -q --python $(RUN) --require-hashes --only-binary :all: -r requirements-contract.txt
	@command -v npm >/dev/null || echo "no npm: linters and TypeScript are skipped"
	@if command -v npm >/dev/null; then npm --prefix tests/contract ci --ignore-scripts --no-audit --no-fund --silent; fi
	@$(RUN) -m pytest -q -m contract -rs $(ARGS)

browsers: ## browsers for the browser tests (root; Debian or Ubuntu)
	@{ command -v chromium && command -v Xvfb && command -v xdotool \
		&& { command -v firefox-esr || command -v firefox; }; } >/dev/null \
		|| { apt-get update -qq && apt-get install -y -qq chromium firefox-esr xvfb xdotool; }

browser-test: setup ## every page in a real Chromium, and a push to a real Firefox
	@$(RUN) -m pytest -q tests/browser tests/journeys/test_browser.py --timeout=300 $(ARGS)

validate: setup ## every page by the W3C's own checker (needs Java and npm)
	@npm install --silent --no-audit --no-fund --prefix .tools/npm vnu-jar@26.9.27
	@REQUIRE_MARKUP=1 $(RUN) -m pytest -q -m markup --timeout=600 $(ARGS)

messages: setup ## bring new texts of code and templates to the translators, and compile what they wrote
	@$(RUN) -m backend.translations

up: ## everything in containers
	docker compose up --build

schema: setup ## write docs/openapi.yaml and its older form anew, after a change of the API
	@$(RUN) -m backend.services --folder .run/lint env DEBUG=yes $(RUN) manage.py spectacular --validate --fail-on-warn \
		--file docs/openapi.yaml
	@$(RUN) -m backend.services --folder .run/lint env DEBUG=yes $(RUN) manage.py spectacular --validate --fail-on-warn \
		--custom-settings backend.openapi.OLDER --file docs/openapi-3.0.yaml

lock: setup ## write the lock files anew from the *.in files
	@for name in requirements requirements-dev requirements-bench requirements-contract; do \
		$(UV) pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
			--only-binary :all: $$name.in -o $$name.txt; done

clean: ## remove what the commands made, the demo's data included
	rm -rf .venv .tools .run staticfiles .coverage
