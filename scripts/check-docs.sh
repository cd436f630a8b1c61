#!/bin/bash
# Checks what the documentation names: every relative link leads to a file, every path and Swift file in backquotes exists,
# and every type in backquotes in the pages about the code is declared. Prints what does not, and ends with 1.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."
pages=$(git ls-files --cached --others --exclude-standard '*.md')
about_code=$(ls docs/architecture.md docs/adding-an-engine.md docs/adding-an-export.md 2>/dev/null || true)
failures=0
fail() {
  echo "$1" >&2
  failures=1
}

swift_files=$(find Package.swift Sources Tests Plugins Benchmarks -name '*.swift' -printf '%f\n' | sort -u)
declared=$(grep -rhoIE '\b(struct|class|enum|protocol|typealias|case) [A-Za-z0-9_]+' Sources Tests | awk '{print $2}')
modules=$(find Sources Plugins -type d -printf '%f\n'; grep -oE 'name: "[A-Za-z]+"' Package.swift | cut -d'"' -f2)
names=$(sort -u <<<"$declared"$'\n'"$modules")

# What stands in backquotes in a page and matches an expression.
quoted() { grep -oE '`[^`]+`' "$1" | tr -d '`' | grep -E "$2" | sort -u || true; }

for page in $pages; do
  for target in $(grep -oE '\]\([^)#]+' "$page" | cut -c3- | grep -v '^[a-z]*:' || true); do
    [ -e "$(dirname "$page")/$target" ] || fail "$page links to $target, which does not exist."
  done
  # One with a placeholder (capitals, a wildcard, braces, "Your") names no single file.
  for path in $(quoted "$page" '^(Sources|Tests|docs|scripts|manifests|experiments|Benchmarks)/[^ ]+$' |
    grep -vE '[*{<]|/[A-Z]+(\.|$)|/Your' || true); do
    [ -e "$path" ] || fail "$page names $path, which does not exist."
  done
  for file in $(quoted "$page" '^[A-Za-z0-9+]+\.swift$' | grep -v '^Your' || true); do
    grep -qxF "$file" <<<"$swift_files" || fail "$page names $file, which does not exist."
  done
done
for page in $about_code; do
  for name in $(quoted "$page" '^[A-Z][A-Za-z0-9]*[a-z]' | grep -vE '\.swift$|/' | sed 's/[^A-Za-z0-9].*//' | sort -u); do
    grep -qxF "$name" <<<"$names" || fail "$page names $name, which is declared nowhere in the sources."
  done
done
exit "$failures"
