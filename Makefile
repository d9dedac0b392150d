# vocalkit: everything runs in .venv, set up on first use and again when pyproject.toml changes.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
SONG ?= out/song
JOBS ?= 2
TRACKS ?= ../shared/data/tracks
TORCH ?= torch==2.13.0
EXTRAS ?= dev,bench,demo,recipes,align,enroll,neural,japanese,mandarin

# One BLAS thread each: the tests run side by side, and two libraries fighting for cores are slower than one.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: help song test test-slow test-all lint docs bench clean

help:
	@echo "make song      set up .venv and add vocals to the shipped example"
	@echo "make test      set up .venv and run the fast tests"
	@echo "make test-all  run every test, slow and browser ones too"
	@echo "make lint      ruff, mypy and the import contract"
	@echo "make docs      the documentation, without a warning"
	@echo "make bench     measure the whole chain on the tracks in TRACKS=$(TRACKS)"

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("vocalkit needs Python 3.10 or newer; try: make PYTHON=python3.12 ...") if sys.version_info < (3, 10) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip

$(VENV)/.core: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

# torch first and by itself: other packages would ask for its newest build, with gigabytes for graphics cards.
$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(TORCH)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[$(EXTRAS)]"
	@touch $@ $(VENV)/.core

song: $(VENV)/.core
	@mkdir -p $(SONG)
	$(BIN)/vocalkit backing docs/examples/chart.txt -o $(SONG)/backing.wav
	$(BIN)/vocalkit add-vocals $(SONG)/backing.wav --lyrics docs/examples/lyrics.txt --out $(SONG)/render
	@echo
	@echo "The song:    $(abspath $(SONG))/render/mix.wav"
	@echo "The backing: $(abspath $(SONG))/backing.wav"

test: $(VENV)/.dev
	$(BIN)/python -m pytest -rs -m "not slow and not browser" -n $(JOBS)

test-slow: $(VENV)/.dev
	$(BIN)/python -m pytest -rs -m "slow or browser" -n $(JOBS)

test-all: $(VENV)/.dev
	$(BIN)/python -m pytest -rs -n $(JOBS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --site-dir $(VENV)/site

bench: $(VENV)/.dev
	$(BIN)/vocalkit bench $(TRACKS) --lyrics docs/examples/lyrics --skip '*full-song*' --skip '*trumpet*'

clean:
	rm -rf $(VENV) out build dist
