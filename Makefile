# Two commands: `make book` and `make test`. Each installs what it needs into .venv first.
PYTHON ?= python3
BIN := $(CURDIR)/.venv/bin
export PATH := $(BIN):$(PATH)

.PHONY: book pdf test test-lowest test-pinned test-newest test-outputs test-offline serve bench clean

book: .venv/installed node_modules/installed
	jupyter-book build . -W -n --keep-going

# Built once more, so that the pages link to their PDF.
pdf: book
	python _ext/book_pdf.py
	jupyter-book build . -W -n --keep-going

test: book
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

node_modules/installed: package-lock.json .venv/installed
	npm ci --no-audit --no-fund --loglevel=error
	touch $@
