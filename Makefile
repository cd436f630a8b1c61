# make run    installs what is missing, builds, and runs the default replication
# make test   the same for the tests
SHELL := /bin/bash
.DELETE_ON_ERROR:
PREFIX ?= /usr/local
NAME ?= smollm2-135m-math
SOURCES := Package.swift Sources Tests
BIN = $(shell swift build -c release --show-bin-path)/replicate

.PHONY: run test build install format lint bench dependencies

run: build
	$(BIN) $(NAME)

test: dependencies
	swift build --build-tests
	swift test --skip-build --disable-xctest

build: dependencies
	swift build -c release --product replicate

install: build
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/replicate"
	install "$(BIN)" "$(DESTDIR)$(PREFIX)/bin/replicate"
	cp -R manifests "$(DESTDIR)$(PREFIX)/share/replicate/"

format:
	swift format --in-place --recursive $(SOURCES)

lint:
	swift format lint --strict --recursive $(SOURCES)

bench: build
	Benchmarks/run

dependencies:
	@scripts/install-dependencies.sh
