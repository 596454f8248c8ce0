# Two commands: `make book` and `make test`; for lecturers, `make assignments` and `make grade`. Each installs what it needs into .venv first.
PYTHON ?= python3
BIN := $(CURDIR)/.venv/bin
export PATH := $(BIN):$(PATH)

.PHONY: book pdf test test-lowest test-pinned test-newest test-outputs test-offline serve assignments \
	sample-submissions grade bench site-report clean

book: .venv/installed node_modules/installed
	jupyter-book build . -W -n --keep-going

# Built once more, so that the pages link to their PDF.
pdf: book
	python _ext/book_pdf.py
	jupyter-book build . -W -n --keep-going

test: .venv/lecturer book
	python -m pytest -n auto --dist loadfile

# With other libraries: the lowest allowed, the pinned, the newest; on each Python found, or on those in PYTHONS.
test-lowest test-pinned test-newest: book
	python tests/library_sets.py $(@:test-%=%) $(PYTHONS)

# The commit at hand, built twice: the same outputs, the same site.
test-outputs: .venv/installed node_modules/installed
	python tests/outputs.py

# Once everything is installed, nothing needs a network.
test-offline: .venv/installed node_modules/installed
	bash .ci/offline $(MAKE) pdf test

serve: book
	python -m http.server --bind 127.0.0.1 --directory _build/html $(or $(PORT),8000)

# ONLY="derivatives:2,4 backprop:1 taylor:e3" makes one assignment, TITLE="Midterm 1", of these; KEYS=FOLDER takes your own keys.
given = $(if $(filter-out undefined,$(origin $(1))),--$(2) "$($(1))")
assignments: .venv/lecturer node_modules/installed $(if $(ONLY),book)
	python assignments/make.py $(call given,ONLY,only) $(call given,TITLE,title) $(call given,KEYS,keys)

# ASSIGNMENT=derivatives SUBMISSIONS=folder; SECONDS=… for a cell or a call, AGAIN=1 to grade anew, UNSAFE=1 without a sandbox
grade: .venv/lecturer
	python assignments/grade.py "$(ASSIGNMENT)" "$(SUBMISSIONS)" $(call given,SECONDS,seconds) $(if $(AGAIN),--again) $(if $(UNSAFE),--unsafe)

sample-submissions: .venv/lecturer
	python assignments/samples.py "$(ASSIGNMENT)"

bench: .venv/installed node_modules/installed
	python benchmarks/engine.py benchmarks/engine.md
	python benchmarks/build.py

# What every page costs its reader; LIGHTHOUSE=1 has Lighthouse rate each, too.
site-report: book $(if $(LIGHTHOUSE),benchmarks/node_modules/installed)
	python benchmarks/pages.py $(if $(LIGHTHOUSE),--lighthouse)

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

benchmarks/node_modules/installed: benchmarks/package-lock.json .venv/installed
	npm ci --prefix benchmarks --no-audit --no-fund --loglevel=error
	touch $@
