# rssctl: build, test, install. `make help` lists the targets.

SHELL := /bin/bash
PREFIX ?= /usr/local
DESTDIR ?=

# Where the sandbox, the journal and the scratch files of `make demo` are; nothing outside is changed.
# Not in /tmp, where others could have made it before.
DEMO_STATE ?= $(if $(filter 0,$(shell id -u)),/var/lib,$(or $(XDG_STATE_HOME),$(HOME)/.local/state))/rssctl-demo

export RSSCTL_COMMIT := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
export RSSCTL_DATE := $(shell date -u +%F)

# All relocations are done at the start and are read-only then (full RELRO); libraries come from the system's folders alone;
# the sources' folder is named nowhere in the binary.
RELEASE_FLAGS := --configuration release --static-swift-stdlib --product rssctl --disable-local-rpath \
  -Xswiftc -use-ld=lld -Xlinker -z -Xlinker relro -Xlinker -z -Xlinker now -Xlinker -s \
  -Xcc -ffile-prefix-map=$(CURDIR)=. -Xswiftc -file-prefix-map -Xswiftc $(CURDIR)=.
RELEASE_BINARY = $(shell swift build --configuration release --show-bin-path 2>/dev/null)/rssctl

.DEFAULT_GOAL := help
.PHONY: help setup build fast debug test test-all test-versions test-sanitize coverage demo picture bench fuzz lint format docs install uninstall clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 18

setup: ## Install missing packages with apt, or print the command
	@Tests/Support/Scripts/setup

build: setup ## The release binary, Swift runtime linked in
	swift build $(RELEASE_FLAGS)

fast: setup ## A binary for trying a change: optimized file by file, in .build-fast
	swift build --configuration release --scratch-path .build-fast --product rssctl \
	  -Xswiftc -no-whole-module-optimization -Xswiftc -enable-batch-mode -Xswiftc -incremental

debug: setup
	swift build

test: setup ## Build debug and release, run every test against real servers
	swift build --build-tests
	Tests/Support/Scripts/run-tests swift build $(RELEASE_FLAGS)

test-all: setup ## Every test at every point, and with the tools that verify some of them, installed if missing
	@Tests/Support/Scripts/setup-judges
	RSSCTL_TEST_POINTS=all $(MAKE) test

test-versions: setup ## The suites that talk to servers, on every available PostgreSQL (VERSIONS, FILTER)
	swift build --build-tests
	@Tests/Support/Scripts/test-versions

test-sanitize: setup ## The same tests under ThreadSanitizer and AddressSanitizer
	swift test --sanitize thread --scratch-path .build-tsan --no-parallel
	LSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Support/Scripts/leaks.supp:print_suppressions=0 \
	  swift test --sanitize address --scratch-path .build-asan --no-parallel

coverage: setup ## Statement coverage of the libraries
	@Tests/Support/Scripts/coverage

demo: build ## From nothing to a first imported inventory, every command shown
	@RSSCTL=$(RELEASE_BINARY) RSSCTL_STATE="$(DEMO_STATE)" Tests/Support/Scripts/demo

picture: build ## The picture of the README, from a real run
	@RSSCTL=$(RELEASE_BINARY) Tests/Support/Scripts/picture $(CURDIR)

bench: build ## Speed of rssctl and of comparable tools, in the same run
	@Tests/Support/Scripts/setup-judges
	@RSSCTL=$(RELEASE_BINARY) Tests/Benchmarks/run

fuzz: setup ## Fuzz the readers of untrusted files for ten minutes with AddressSanitizer (FUZZ_SECONDS)
	@Tests/Support/Scripts/fuzz

lint: setup ## Formatting, and warnings as errors
	swift format lint --recursive --strict --parallel Sources Tests Package.swift
	RSSCTL_LINT=1 swift build --build-tests --scratch-path .build-lint

format: ## Format the sources in place
	swift format --in-place --recursive --parallel Sources Tests Package.swift

docs: build ## The reference pages, the error codes and the man pages, from the commands' own declarations
	$(RELEASE_BINARY) docs reference Docs/reference.md
	$(RELEASE_BINARY) docs errors Docs/error-codes.md
	Tests/Support/Scripts/settings-page $(RELEASE_BINARY) > .build/settings.md && mv .build/settings.md Docs/reference/settings.md
	rm -rf .build/man && mkdir -p .build/man && $(RELEASE_BINARY) docs man .build/man

install: build ## Binary, man pages and completions under PREFIX
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -m 755 $(RELEASE_BINARY) $(DESTDIR)$(PREFIX)/bin/rssctl
	$(RELEASE_BINARY) docs man $(DESTDIR)$(PREFIX)/share/man/man1
	$(RELEASE_BINARY) completion bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/rssctl
	$(RELEASE_BINARY) completion zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_rssctl
	$(RELEASE_BINARY) completion fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/rssctl.fish

uninstall: ## Remove what install installed
	rm -f $(DESTDIR)$(PREFIX)/bin/rssctl $(DESTDIR)$(PREFIX)/share/man/man1/rssctl.1 \
	  $(DESTDIR)$(PREFIX)/share/man/man1/rssctl-*.1 \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions/rssctl \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_rssctl \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/rssctl.fish

clean: ## Remove everything that was built
	rm -rf .build .build-tsan .build-asan .build-lint .build-coverage
