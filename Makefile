# All tasks of this project. `make help` lists them.

STORE ?= cluster
RUNS  ?= 200000
ROUNDS ?= 3
SECONDS ?= 1
HISTORY ?= 60
NOTE ?=
ONLY ?=
EXAMPLES ?= 100
DETERMINISTIC ?=
ACCEPT ?=
MINUTES ?= 3

FORMATTED = Package.swift Sources Tests $(wildcard Fuzz/Package.swift Fuzz/Sources)
SHELL_SCRIPTS = $(shell grep -lsE '^\#!.*(bash|/sh)$$' Scripts/* deploy/compose/* .ci/run)

.DEFAULT_GOAL := help
.PHONY: help run test history lint build conformance fuzz chaos soak bench costs counts clean packages compose-test

help: ## Lists the targets
	@echo 'make <target>'
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 15

run: build ## The gateway in front of a TLS Redis Cluster of six, until Ctrl-C (STORE=memory: without Redis)
	@exec Scripts/run --store $(STORE)

# The black-box suites run the debug program that is built with the test bundle: an extra release
# build would cost minutes, and a debug build checks more. SESSION_GATEWAY_BINARY names another
# program for them to run. Swift Testing itself runs the tests of all suites in one process and in
# parallel; suites that start processes are serialized where they must be. --parallel would only
# affect XCTest, which is not used.
test: packages ## Every test: units, store contract, black box (installs what is missing)
	@Scripts/install-packages php-cli
	swift test --disable-xctest

history: packages ## Random histories of HISTORY=60 s each, judged, while slots move and primaries fail
	HISTORY_SECONDS=$(HISTORY) swift test --disable-xctest --filter 'SemanticsTests.(HistoryTests|CountingTests)'

lint: ## Format, house rules, the served contract, the deployment files, scripts
	swift format lint --strict --parallel --recursive $(FORMATTED)
	@Scripts/tidy
	@Scripts/contract --check
	@Scripts/deployment
	@for script in $(SHELL_SCRIPTS); do bash -n $$script || exit 1; done
	@if command -v shellcheck >/dev/null; then shellcheck $(SHELL_SCRIPTS); fi

# With Swift's libraries linked statically, the program runs where Swift is not installed, and takes
# 3 MiB less memory. It is optimised as a whole when linked (docs/decisions/0017).
build: packages ## A release build of the program: .build/release/session-gateway
	GATEWAY_COMMIT=$(or $(shell git rev-parse --short HEAD 2>/dev/null),unknown) \
	  swift build -c release --static-swift-stdlib --experimental-lto-mode full -Xswiftc -use-ld=lld \
	  --product session-gateway

conformance: build ## schemathesis, sslyze, promtool and others against running gateways (EXAMPLES=100)
	@Scripts/conformance --examples $(EXAMPLES) $(if $(DETERMINISTIC),--deterministic)

fuzz: packages ## RUNS=200000 inputs for each fuzz target, from its committed corpus
	@RUNS=$(RUNS) Scripts/fuzz

chaos: build ## What callers see while nodes fail and slots move; takes minutes, writes docs/operations.md
	@Scripts/install-packages iproute2 iptables
	@Scripts/chaos

soak: packages ## MINUTES=3 of load, hostile peers, scrapes and reloads at once; fails if a request is lost
	@SOAK_SECONDS=$$(($(MINUTES) * 60)) swift test --disable-xctest --filter SoakTests

compose-test: ## Tests the real containers: up, sessions, losses, down, up (needs a docker engine)
	@Scripts/compose-test

bench: build ## The gateway compared with its limit and its peers (ROUNDS=3 SECONDS=1); writes docs/performance.md
	@Scripts/bench --rounds $(ROUNDS) --seconds $(SECONDS) --note '$(NOTE)'

costs: build ## Costs as the work grows, the tail, large payloads (ROUNDS=3 SECONDS=1); writes docs/performance.md
	@Scripts/bench-costs --rounds $(ROUNDS) --seconds $(SECONDS) --note '$(NOTE)' $(if $(ONLY),--only $(ONLY))

counts: build ## Instructions for each kind of request, compared with Scripts/instruction-counts.json (ACCEPT=yes records them)
	@Scripts/count-instructions $(if $(ACCEPT),--accept)

clean: ## Ends what runs under .local, and removes everything that was built or generated
	@if [ -e .local ]; then Scripts/cluster down --dir .local; fi
	rm -rf .build Fuzz/.build Benchmarks/SwiftServers/.build .venv .local

packages:
	@Scripts/install-packages
