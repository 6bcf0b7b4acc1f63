# All set-up there is: `make demo` to try it, `make test` to prove it. Needs python3 (3.11 or newer), make and git.

PYTHON ?= python3
UV ?= uv
BIN := .venv/bin
DEMO_DIR ?= demo
# Compile on install, whatever the environment says: commands start in half the time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install install-dev demo test quick check format lint types lock wheel release messages docs site screenshots models soak bench licences audit clean

help:
	@echo "make demo     install, run one night on the shipped register, serve the review page"
	@echo "make install  prepare .venv alone"
	@echo "make test     install what tests need and run all of them"
	@echo "make quick    the fast lane of the tests, under a minute"
	@echo "make messages find, merge and compile the texts of the review page"
	@echo "make docs     write the handbook of rules, the data dictionary and the reference anew"
	@echo "make site     build the documentation site into site/"
	@echo "make soak     faults, broken input and canaries in earnest"
	@echo "make bench    three nights of 20,000 customers beside bare Splink; fails on what an idle night writes, never on time"
	@echo "make licences, make audit   under which licences the lock's packages are; which are known to be unsafe"
	@echo "make check    format, lint, types, tests"

# The lock's hash names the marker: a changed lock installs anew.
install: .venv/.installed
install-dev: .venv/.installed-dev

.venv/.installed: requirements.lock pyproject.toml scripts/install.sh
	PYTHON=$(PYTHON) sh scripts/install.sh requirements.lock
	@touch $@

.venv/.installed-dev: requirements-dev.lock pyproject.toml scripts/install.sh
	PYTHON=$(PYTHON) sh scripts/install.sh requirements-dev.lock
	@touch $@ .venv/.installed

demo: install
	@echo "Running one night on the shipped register, then serving the review page; half a minute."
	@$(BIN)/regclean demo $(DEMO_DIR) $(DEMO_ARGS)

test: install-dev
	sh scripts/test-packages.sh
	$(BIN)/python -m pytest -n auto --dist loadgroup -ra $(PYTEST_ARGS)

# The fast lane: what breaks most often, in less than a minute. One test: make quick QUICK=tests/rules/test_rule_examples.py
QUICK ?= tests/house tests/domain tests/config
quick: install-dev
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/python -m pytest -n auto --dist loadgroup -q --ignore tests/house/test_wheel.py $(QUICK)

check: lint types test

format: install-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: install-dev
	$(BIN)/mypy

# Locks carry hashes and no address: what is installed is what was tested, from whichever index a company uses.
LOCK := $(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet
lock:
	$(LOCK) --extra build -o requirements.lock
	$(LOCK) --all-extras -c requirements.lock -o requirements-dev.lock

wheel: install
	$(PYTHON) -m pip --python $(BIN)/python wheel --quiet --no-deps --no-build-isolation -w dist .

# What a release is made of: the wheel, its bill of materials and the notes of its version. The version stands in src/regclean/__init__.py.
release: install-dev wheel
	$(BIN)/python -m cyclonedx_py requirements requirements.lock --output-format JSON -o dist/bom.json
	$(BIN)/python scripts/notes.py > dist/notes.md

# Is every package of the lock under a licence that goes with ours? Is any known to be unsafe? The latter asks a feed: where there is none, it says so.
licences: install-dev
	$(BIN)/python scripts/licences.py

AUDIT ?= pip-audit
audit:
	@command -v $(AUDIT) >/dev/null || { echo "pip-audit is not here: nothing was looked up. Install it (pipx install pip-audit) where its feed can be reached."; exit 3; }
	$(AUDIT) --strict --require-hashes --disable-pip --requirement requirements.lock

# Texts of the review page: found in code and templates, kept in locale/*/LC_MESSAGES/messages.po, compiled beside them.
REVIEW := src/regclean/review
messages: install-dev
	cd $(REVIEW) && $(CURDIR)/$(BIN)/pybabel -q extract -F babel.cfg -k N_ --sort-by-file --add-location=file \
		--project regclean --version 1 -o locale/messages.pot .
	for code in fi sv en; do \
		$(BIN)/pybabel -q update -N --ignore-obsolete --ignore-pot-creation-date -w 118 \
			-i $(REVIEW)/locale/messages.pot -o $(REVIEW)/locale/$$code/LC_MESSAGES/messages.po -l $$code || exit 1; \
	done
	rm $(REVIEW)/locale/messages.pot
	$(BIN)/pybabel -q compile -d $(REVIEW)/locale

# Pages that are made from the code: the handbook of rules, the data dictionary, and the reference.
docs: install
	$(BIN)/python -m regclean.rules.handbook docs/rules.md
	$(BIN)/python -m regclean.standardise.dictionary docs/data-dictionary.md
	$(BIN)/python scripts/reference.py docs/reference

# The documentation site, in site/: every link strict, nothing asked of another host.
site: install-dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "Open site/index.html"

# Every page at a desk's size, at 200 % zoom and on a phone, and the moving picture; needs Debian's chromium and fonts-dejavu-core.
screenshots: install-dev
	$(BIN)/python scripts/screenshots.py

# The models that the tests of linkage use, learnt anew; after a change of comparisons.
models: install-dev
	$(BIN)/python bench/stored_models.py

# Faults, broken input and canaries in earnest; takes long, and wants the machine for itself. CI runs a sample.
soak: install-dev
	$(BIN)/python bench/soak.py -o soak.json $(SOAK_ARGS)

# The small form: ratios are printed, and only counts can fail.
bench: install-dev
	$(BIN)/python bench/night.py --customers 20000 --check $(BENCH_ARGS)

clean:
	rm -rf .venv dist site demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
