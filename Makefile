# Two commands: `make book` and `make test`; for lecturers, `make assignments`. Each installs what it needs into .venv first.
PYTHON ?= python3
BIN := $(CURDIR)/.venv/bin
export PATH := $(BIN):$(PATH)

.PHONY: book test serve assignments bench clean

book: .venv/installed node_modules/installed
	jupyter-book build . -W -n --keep-going

test: book .venv/lecturer
	python -m pytest -n auto --dist loadfile

serve: book
	python -m http.server --bind 127.0.0.1 --directory _build/html $(or $(PORT),8000)

# ONLY="derivatives:2,4 backprop:1 taylor:e3" makes one assignment, TITLE="Midterm 1", of these; KEYS=FOLDER takes your own keys.
given = $(if $(filter-out undefined,$(origin $(1))),--$(2) "$($(1))")
assignments: .venv/lecturer node_modules/installed $(if $(ONLY),book)
	python assignments/make.py $(call given,ONLY,only) $(call given,TITLE,title) $(call given,KEYS,keys)

bench: .venv/installed node_modules/installed
	python benchmarks/engine.py benchmarks/engine.md
	python benchmarks/build.py

clean:
	rm -rf _build

.venv/installed: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "The book needs Python 3.11 or newer; this is " + sys.version)'
	$(PYTHON) -m venv .venv
	python -m pip install --quiet --requirement requirements.txt
	touch $@

.venv/lecturer: assignments/requirements.txt .venv/installed
	python -m pip install --quiet --requirement assignments/requirements.txt
	touch $@

node_modules/installed: package-lock.json .venv/installed
	npm ci --no-audit --no-fund --loglevel=error
	touch $@
