# `make compare` and `make test` set everything up on a fresh machine; nothing else needs to be typed.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: compare test reports audits referee witnesses bench lint-github clean

compare: $(READY)
	$(BIN)/convcost compare mobilenet_v1 --alpha 0.75 --rho 0.857

test: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal

# Rewrites reports/, its index, and the outputs shown in the READMEs; a second run changes nothing.
reports: $(READY)
	$(BIN)/python -m pytest -q tests/golden --regenerate

# Every model of torchvision and timm: about half an hour on two cores; Ctrl-C, and it goes on the next time.
audits: $(READY)
	$(BIN)/python -m tests.golden.audits

# Every installed counter on fifteen nets: some minutes. Rows of counters that are not installed stay as they are.
referee: $(READY)
	$(BIN)/python -m tests.golden.referee
	$(BIN)/python -m tests.comparison.refereeing

# fvcore's column against plain fvcore in a fresh process, on some 800 models: about half an hour.
witnesses: $(READY)
	$(BIN)/python -m tests.golden.witnesses

bench: $(READY)
	$(BIN)/python -m tests.benchmarks --write

# The linters of the files for GitHub come from the package index.
lint-github: $(READY)
	$(BIN)/python -m pip install --quiet check-jsonschema zizmor
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions .github/actions/*/action.yml
	$(BIN)/zizmor --offline .github

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[zoo,transformers,plot,parquet,distributed,counters,test]'
	touch $(READY)
