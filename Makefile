# The only commands anyone needs: demo, test, lint, bench, docs.
PYTHON ?= $(shell for v in 3.13 3.12 3.11; do command -v python$$v >/dev/null 2>&1 && python$$v -c 'import venv, ensurepip' 2>/dev/null && { echo python$$v; exit; }; done; echo python3)
VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.ready-run
DEV_READY := $(VENV)/.ready-dev
CHROMIUM := /usr/bin/chromium
# One thread per process: the tests and the demo run several processes beside each other.
ONE_THREAD := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1

.PHONY: help install demo test lint format bench bench-search bench-service docs clean
help:
	@echo "make demo    install, draw a small data set, run a search on it, show the leaderboard"
	@echo "make test    install what is missing (Chromium, too) and run the whole test suite"
	@echo "make lint    ruff and mypy"
	@echo "make format  let ruff rewrite the sources"
	@echo "make bench   speed figures beside their rivals, in one run"
	@echo "make bench-search  how well and how fast strategies search, beside Optuna (TABLE=nas-bench-macro_cifar10.json)"
	@echo "make bench-service  a running service beside MLflow and Optuna: pages of 1,000,000 trials, reports, crowds"
	@echo "make docs    regenerate what docs/ holds of generated text"
	@echo "make clean   remove the environment and every state of a run"

$(BIN)/pip:  # the last that a new environment gets: one that was killed on the way is made again
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, $(PYTHON) is %d.%d; name another with make PYTHON=..." % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)

$(RUN_READY): $(BIN)/pip pyproject.toml constraints.txt
	@echo "Installing SpineSearch into $(VENV) (torch is about 3 GB with CUDA) ..."
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[train]"
	@touch $@

$(DEV_READY): $(RUN_READY)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[train,dev]"
	@touch $@

install: $(RUN_READY)

demo: $(RUN_READY)
	@$(ONE_THREAD) $(BIN)/python examples/draw_shapes.py .nas/shapes
	@$(ONE_THREAD) $(BIN)/nas run examples/shapes.yaml
	@echo "  (\`source $(BIN)/activate\` first)"

$(CHROMIUM):  # drives the pages in the tests
	@test "$$(id -u)" = 0 && command -v apt-get >/dev/null || { echo "The tests of the web pages need Chromium at $(CHROMIUM): install it as root, on Debian with: apt-get install chromium"; exit 1; }
	@echo "Installing Chromium ..."
	@apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; }

test: $(DEV_READY) $(CHROMIUM)
	$(ONE_THREAD) $(BIN)/python -m pytest $(ARGS)

lint: $(DEV_READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(DEV_READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV_READY)
	$(ONE_THREAD) $(BIN)/python -m benchmarks $(ARGS)

bench-search: $(DEV_READY)
	$(ONE_THREAD) $(BIN)/python -m benchmarks.search $(TABLE) $(ARGS)

bench-service: $(DEV_READY)
	$(ONE_THREAD) $(BIN)/python -m benchmarks.service $(ARGS)

docs: $(DEV_READY)
	$(BIN)/python docs/generate.py

clean:
	rm -rf $(VENV) .nas build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
