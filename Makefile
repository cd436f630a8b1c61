# make run          installs what is missing, builds, and runs the default replication
# make test         the same for the tests
# make paper        writes the paper about the newest run of NAME, as PDF where TeX is installed
# make determinism  the same for the determinism ladder, against the golden file; make golden renews that file
SHELL := /bin/bash
.DELETE_ON_ERROR:
PREFIX ?= /usr/local
NAME ?= smollm2-135m-conflict
SOURCES := Package.swift Sources Plugins Tests Benchmarks
GOLDEN := artifacts/golden/tiny.json
BIN = $(shell swift build -c release --show-bin-path)/replicate

.PHONY: run paper test build install format lint bench profile determinism golden dependencies

# That nobody can tell is a result, and no failure of make.
run: build
	$(BIN) $(NAME) --allow-inconclusive

paper: build
	$(BIN) paper $(NAME) --output paper
	@if command -v pdflatex >/dev/null && command -v rsvg-convert >/dev/null; then $(MAKE) -C paper; else \
	  echo "paper/paper.md has the text; paper.pdf takes texlive-latex-recommended, lmodern and librsvg2-bin." >&2; fi

test: dependencies
	swift build --build-tests --explicit-target-dependency-import-check error
	swift test --skip-build --disable-xctest

build: dependencies
	swift build -c release --product replicate

install: build
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/replicate"
	install "$(BIN)" "$(DESTDIR)$(PREFIX)/bin/replicate"
	install -d "$(DESTDIR)$(PREFIX)/share/replicate/artifacts"
	cp -R manifests experiments "$(DESTDIR)$(PREFIX)/share/replicate/"
	cp -R artifacts/golden "$(DESTDIR)$(PREFIX)/share/replicate/artifacts/"
	install -d "$(DESTDIR)$(PREFIX)/share/bash-completion/completions" \
	  "$(DESTDIR)$(PREFIX)/share/zsh/site-functions" "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d"
	"$(BIN)" --generate-completion-script bash > "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/replicate"
	"$(BIN)" --generate-completion-script zsh > "$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_replicate"
	"$(BIN)" --generate-completion-script fish > "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/replicate.fish"
	swift build -c release --product generate-manual
	install -d "$(DESTDIR)$(PREFIX)/share/man/man1"
	"$(dir $(BIN))generate-manual" "$(BIN)" --output-directory "$(DESTDIR)$(PREFIX)/share/man/man1"

format:
	swift format --in-place --recursive $(SOURCES)

lint:
	swift format lint --strict --recursive $(SOURCES)

bench: build
	Benchmarks/run

profile: dependencies
	swift build -c release --product training-profile
	for arithmetic in fp32 bf16-mixed "bf16-mixed amx" bf16-weights; do \
	  "$(dir $(BIN))training-profile" 2 4 $$arithmetic || exit; echo; done

determinism: build
	$(BIN) determinism tiny --against $(GOLDEN)

golden: build
	$(BIN) determinism tiny --record $(GOLDEN)

dependencies:
	@scripts/install-dependencies.sh
