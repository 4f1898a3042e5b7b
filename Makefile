# `make` lists the targets. A fresh machine is Debian 12 as root with git, make,
# Go ≥ 1.26 and Node ≥ 20; `make run` needs only Go.
.DEFAULT_GOAL := help
.PHONY: help run dev test check check-all lint fmt tools bench model faults faults-quick soak mutate fuzz pictures clean
export CGO_ENABLED = 0
LISTEN = $${KLANKBORD_LISTEN:-127.0.0.1:8080}

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' $(MAKEFILE_LIST) | expand -t 18

run: ## build and serve the demo on 127.0.0.1:8080, or on KLANKBORD_LISTEN
	@tools/need.sh go && go build -o build/klankbord ./cmd/klankbord
	@exec build/klankbord demo --listen "$(LISTEN)"

dev: ## the same, reading templates again for every page
	@tools/need.sh go && go build -o build/klankbord ./cmd/klankbord
	@KLANKBORD_DEV=. exec build/klankbord demo --listen "$(LISTEN)"

test: ## install what is missing, run every test in Go and in the browser, and the quick faults
	@tools/test.sh

check: ## the whole of CI: linters, rules and every test
	@$(MAKE) --no-print-directory --keep-going lint test

check-all: ## check, with every language at every width and scheme
	@KLANKBORD_FULL=1 $(MAKE) --no-print-directory check

lint: ## run the linters
	@tools/lint.sh

fmt: ## format the Go files
	@gofmt -w -s $$(git ls-files --cached --others --exclude-standard '*.go' | grep -v /testdata/)

tools: ## install what the tests and the linters need
	@tools/need.sh git make go node && tools/install.sh lint

bench: ## run the benchmarks and write bench/results.json; BENCH=-full for 100,000 cases
	@tools/bench.sh $(BENCH)

model: ## say what many organisations take, from bench/results.json; MODEL="-cases 50" for others
	@tools/need.sh go && go run ./bench/model $(MODEL)

faults: ## kill and fail the program at every system call; FAULTS="-only submit" for some
	@tools/need.sh go && tools/install.sh faults && go run ./faults $(FAULTS)

faults-quick: ## a subset of that which takes a minute
	@tools/need.sh go && tools/install.sh faults && go run ./faults -quick $(FAULTS)

soak: ## use the program for SOAK=10m at five times the expected rate; nothing may grow
	@tools/need.sh go && go run ./faults -soak "$${SOAK:-10m}"

mutate: ## take each guard away in turn and show that its test fails; MUTATE="AT4 PT2" for some
	@tools/need.sh go git && tools/mutate.sh $(MUTATE)

fuzz: ## fuzz every decoder for FUZZ=30s each
	@tools/need.sh go git && tools/fuzz.sh

pictures: ## take the pictures of the handbooks anew, from the demo
	@tools/need.sh go node && tools/install.sh && node e2e/pictures.mjs

clean: ## remove what was built
	@rm -rf build e2e/node_modules
