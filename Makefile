# make demo, make test: everything from nothing. Set-up happens once, in .venv, and again only
# when the files that decide it change.
PYTHON ?= python3
# Which torch: "cpu" takes PyTorch's CPU index where pip reaches it; "default" takes what pip finds.
TORCH ?= default
TORCH_INDEX_cpu = --extra-index-url https://download.pytorch.org/whl/cpu
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
NATIVE := $(wildcard native/*.cpp native/*/*.cpp native/*/*.hpp) CMakeLists.txt
PYTEST_ARGS ?=

.PHONY: demo test setup wheel clean

demo: $(STAMP)
	$(BIN)/yendor demo

test: $(STAMP)
	$(BIN)/python -m pytest $(PYTEST_ARGS)

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt $(NATIVE)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Yendor needs Python 3.11 or newer; try make PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(TORCH_INDEX_$(TORCH)) -c constraints.txt torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[learn,test]"
	@touch $@

wheel:
	$(PYTHON) -m pip wheel --no-deps -w dist .

clean:
	rm -rf $(VENV) build dist
