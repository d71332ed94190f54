# Noroshi: what a developer runs. `make` alone lists the targets.

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VERSION := $(shell git describe --tags --always 2>/dev/null || echo dev)
LDFLAGS := -s -w -X noroshi/app.version=$(VERSION)

# Everything but frontend/node_modules, which holds Go files of its own.
PACKAGES := . ./app/... ./embed/...

# Packages with goroutines run under the race detector where there is a C compiler; the others run without.
RACY    := store bus cluster gateway simulator delivery inbound live message expansion api
RACE    := $(patsubst app/%/,./app/%/...,$(sort $(foreach p,$(RACY),$(wildcard app/$(p)/))))
CC_HERE := $(shell command -v "$$(go env CC 2>/dev/null || echo cc)" 2>/dev/null)

# How many test binaries run at once. Two fit two cores and 4 GB.
P        ?= 2
FUZZTIME ?= 60s
KILLS    ?= 50
SOAK     ?= 1000000
TEXTS    ?= 500

REPORTS := bin/test
TESTSUM := bin/tools/testsum
BENCH   := bin/tools/bench
LICENCES := bin/tools/licences
APPLIANCE := playwright.appliance.config.ts
GOTEST  := go test -p $(P) -shuffle=on -timeout 10m -json

NPM_STAMP     := frontend/node_modules/.package-lock.json
CONSOLE_STAMP := bin/console.stamp
CONSOLE_FILES := $(shell find frontend/src frontend/static -type f 2>/dev/null) \
	$(wildcard frontend/*.config.js frontend/*.config.ts frontend/tsconfig.json)

##@ Everyday

help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nVariables: FRESH=1 (run), P=2 (tests at once), FUZZTIME=60s (fuzz), KILLS=50 (chaos),\n'
	@printf '           SOAK=1000000 (soak), TEXTS=500 (interop)\n'

build: console ## Build bin/noroshi with the console in it
	@mkdir -p bin
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/noroshi .

run: build ## Start the demo: simulator, sample recipients (FRESH=1: at the set-up page)
	exec bin/noroshi demo $(if $(FRESH),--fresh)

dev: build ## Start the demo on temporary data, with the console reloading from source
	@data=$$(mktemp -d); trap 'kill $$demo 2>/dev/null || true; wait; rm -rf "$$data"' EXIT; \
	bin/noroshi demo --data "$$data/demo" & demo=$$!; \
	cd frontend && npm run dev

##@ Before a commit

check: ## All checks: format, lint, generated files, architecture, licences, Go and console tests
	@$(MAKE) --no-print-directory fmt-check
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory fresh
	@$(MAKE) --no-print-directory arch
	@$(MAKE) --no-print-directory licences
	@$(MAKE) --no-print-directory reports-clean test-go test-race test-console

fmt: $(NPM_STAMP) ## Format Go and console sources
	gofmt -w main.go app embed tools
	cd frontend && npm run --silent format

fmt-check: $(NPM_STAMP)
	@unformatted=$$(gofmt -l main.go app embed tools); \
	if [ -n "$$unformatted" ]; then echo "Not formatted (make fmt):"; echo "$$unformatted"; exit 1; fi
	cd frontend && npx --no-install prettier --check --log-level warn .

lint: bin/tools/golangci-lint $(NPM_STAMP) ## golangci-lint, eslint, svelte-check
	bin/tools/golangci-lint run --timeout 15m $(PACKAGES)
	cd frontend && npm run --silent check
	cd frontend && npx --no-install eslint .

arch: ## The import table, one door per library, banned calls, size limits
	go test ./app/arch_test.go ./app/arch_rules_test.go

generate: bin/tools/oapi-codegen $(NPM_STAMP) ## Types from app/api/openapi.yaml, the example from app/config
	@mkdir -p app/api/gen
	bin/tools/oapi-codegen -config tools/oapi-codegen.yaml app/api/openapi.yaml
	cd frontend && npm run --silent generate
	go test ./app/config -count=1 -run TestPackagedExample -update

fresh: generate
	@changed=$$(git status --porcelain -- app/api/gen frontend/src/lib/api/schema.d.ts packaging/config.yaml); \
	if [ -n "$$changed" ]; then \
	  echo "The committed files are not what openapi.yaml and app/config say: commit what make generate wrote."; \
	  echo "$$changed"; exit 1; fi

licences: $(LICENCES) $(NPM_STAMP) ## Only permissive licences are linked, and NOTICE is fresh
	$(LICENCES) check

notice: $(LICENCES) $(NPM_STAMP) ## Write NOTICE
	$(LICENCES) notice

vulncheck: bin/tools/govulncheck ## Known vulnerabilities in what is linked (needs the network)
	bin/tools/govulncheck $(PACKAGES)
	cd frontend && npm audit

##@ Tests

test: ## Everything: Go, race detector, console, browser
	@$(MAKE) --no-print-directory reports-clean
	@$(MAKE) --no-print-directory -k test-go test-race test-console test-browser

test-go: $(TESTSUM) ## Go tests of the packages that are not run under the race detector
	@mkdir -p $(REPORTS)
	$(GOTEST) $$(go list $(PACKAGES) | grep -vxF "$$(go list $(RACE))") | $(TESTSUM) go $(REPORTS)/1-go.json
	go test -C tools ./testsum ./licences ./interop ./bench

test-race: $(TESTSUM)
	@mkdir -p $(REPORTS)
ifeq ($(CC_HERE),)
	@echo "No C compiler here: the packages with goroutines run without the race detector."
	$(GOTEST) $(RACE) | $(TESTSUM) go $(REPORTS)/2-race.json
else
	CGO_ENABLED=1 $(GOTEST) -race $(RACE) | $(TESTSUM) go $(REPORTS)/2-race.json
endif

race: test-race ## The packages with goroutines under the race detector

test-console: $(NPM_STAMP) ## Unit tests of the console
	@mkdir -p $(REPORTS)
	cd frontend && npm run --silent test -- --reporter=default --reporter=json \
	  --outputFile.json=$(CURDIR)/$(REPORTS)/vitest.json

test-browser: browser build
	@mkdir -p $(REPORTS)
	cd frontend && PLAYWRIGHT_JSON_OUTPUT_NAME=$(CURDIR)/$(REPORTS)/playwright.json \
	  npm run --silent e2e -- --reporter=list,json || failed=1; \
	PLAYWRIGHT_JSON_OUTPUT_NAME=$(CURDIR)/$(REPORTS)/playwright-appliance.json \
	  npm run --silent e2e -- --config $(APPLIANCE) --reporter=list,json || failed=1; \
	exit $${failed:-0}

e2e: browser build ## Browser tests against the real binary
	cd frontend && npm run --silent e2e -- --config $(APPLIANCE)

screenshots: browser build ## Pictures for the README, made from the demo
	@mkdir -p docs/images
	cd frontend && NOROSHI_SCREENSHOTS=$(CURDIR)/docs/images npm run --silent e2e -- \
	  --config $(APPLIANCE) --grep @screenshots --reporter=list

fuzz: ## Every fuzz target for FUZZTIME each
	@grep -rlE '^func Fuzz' --include='*_test.go' app | while read -r file; do \
	  grep -oE '^func Fuzz[A-Za-z0-9_]*' "$$file" | while read -r _ name; do \
	    echo "$$(dirname "$$file") $$name"; \
	    go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "./$$(dirname "$$file")" </dev/null; \
	  done; done

bench: ## Benchmarks, three runs each
	go test -p 1 -run '^$$' -bench . -benchmem -count 3 $(PACKAGES)

bench-sms: $(BENCH) ## One broadcast to 100,000, against Kannel (installs it); a table, then JSON
	@$(MAKE) --no-print-directory bin/bench/noroshi
	$(BENCH) -noroshi bin/bench/noroshi

bench-flat: $(BENCH) ## The cost of a text at 1,000 to 1,000,000 people, with a chart (docs/performance.md)
	@$(MAKE) --no-print-directory bin/bench/noroshi
	$(BENCH) -noroshi bin/bench/noroshi -flat | tee bin/bench/flat.jsonl
	$(BENCH) chart bin/bench/flat.jsonl > docs/images/cost-per-text.svg

soak: ## SOAK people over an operator that makes trouble in turns; every number counted (slow)
	@$(MAKE) --no-print-directory bin/bench/noroshi
	bin/bench/noroshi bench sms --recipients $(SOAK) --check --json --wait 60m \
	  --chaos all --chaos-turn 5s --chaos-calm 1s

chaos: build ## kill -9 in the middle of a broadcast, KILLS times, and count
	@grep -rqE '^func TestChaos' --include='*_test.go' app || { echo "There is no TestChaos to run."; exit 1; }
	NOROSHI_CHAOS=$(KILLS) go test -count=1 -timeout 60m -v -run 'Chaos|Killed' ./app/...

interop: ## The SMPP client against node-smpp and Net::SMPP, texts both ways (installs them; docs/smpp.md)
	@tools/interop/install
	@rm -rf bin/interop && mkdir -p bin/interop
	CGO_ENABLED=0 go build -o bin/interop/noroshi .
	go -C tools build -o ../bin/interop/interop ./interop
	bin/interop/interop -binary bin/interop/noroshi -dir bin/interop -random $(TEXTS)

##@ Housekeeping

clean: ## Remove what was built; keeps downloaded modules and demo data
	rm -rf bin frontend/build frontend/.svelte-kit frontend/test-results frontend/playwright-report
	find embed/dist -mindepth 1 ! -name .gitkeep -delete 2>/dev/null || true

# --- parts of the targets above ---

# Without npm the binary carries what embed/dist holds, an earlier build, or else a page which says how to build it.
console:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(CONSOLE_STAMP); \
	elif [ -f embed/dist/index.html ]; then echo "No npm here: the console is taken from embed/dist as it is."; \
	else echo "No npm here: no console but a page that says so. It needs Node 20.19 or later."; fi

$(CONSOLE_STAMP): $(NPM_STAMP) $(CONSOLE_FILES)
	cd frontend && NOROSHI_VERSION='$(VERSION)' npm run --silent build
	@mkdir -p bin && touch embed/dist/.gitkeep $@

$(NPM_STAMP): frontend/package-lock.json
	cd frontend && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund
	@touch $@

browser: $(NPM_STAMP)
	@tools/browser

reports-clean:
	@rm -rf $(REPORTS)

# Built every time: what is measured is the tree as it is.
bin/bench/noroshi:
	@mkdir -p bin/bench
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o $@ .

bin/tools/testsum bin/tools/licences bin/tools/bench: bin/tools/%: $(wildcard tools/*/*.go)
	go -C tools build -trimpath -o ../$@ ./$*

# The pinned tools. golangci-lint takes some minutes the first time.
bin/tools/golangci-lint: tools/go.mod
	CGO_ENABLED=0 go -C tools build -trimpath -o ../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

bin/tools/oapi-codegen: tools/go.mod
	CGO_ENABLED=0 go -C tools build -trimpath -o ../$@ github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen

bin/tools/govulncheck: tools/go.mod
	CGO_ENABLED=0 go -C tools build -trimpath -o ../$@ golang.org/x/vuln/cmd/govulncheck

.PHONY: help build run dev check fmt fmt-check lint arch generate fresh licences notice vulncheck \
	test test-go test-race race test-console test-browser e2e screenshots fuzz bench chaos clean \
	bench-sms bench-flat soak bin/bench/noroshi \
	console browser reports-clean
