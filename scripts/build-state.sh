#!/bin/sh
# Writes which commit the program is built from, and what was changed in its files, as a Swift file.
#
#   scripts/build-state.sh PACKAGE OUTPUT
#
# The plugin BuildState runs it before every build. OUTPUT/BuildState.swift is left alone where it would be the same, so that
# nothing is built anew. Only files that the program is built from are looked at, whatever else was changed.
set -eu
export LC_ALL=C
package=$1
output=$2
# The largest patch that is kept, in bytes; of a longer one the digest is.
limit=1048576

mkdir -p "$output"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A build inside a hook of git is about this repository all the same.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_COMMON_DIR GIT_NAMESPACE GIT_PREFIX

repository() {
  git --no-optional-locks -c core.fsmonitor=false -c core.hooksPath=/dev/null -C "$package" "$@"
}

# A text as a Swift literal; nil for none.
literal() {
  if [ -z "$1" ]; then echo nil; else
    printf '"%s"\n' "$(printf %s "$1" | tr -d '\000-\037\177' | sed 's/[\\"]/\\&/g')"
  fi
}

# An address without user, password, query and fragment, as GitAddress has it. A path of this machine may hold anything.
without_secrets() {
  sed -E \
    -e '/:\/\// { s/[?#].*//; s#^([^:]*://)[^/:@]*:[^/@]*[^/@0-9][^/@]*/.*@#\1#; s#^([^:]*://)[^/]*@#\1#; b' -e '}' \
    -e '/^[^\/]*:/ { s/[?#].*//; s/^[^\/:]*@([^:]*:)/\1/; }'
}

begin() {
  echo "// Made by scripts/build-state.sh."
  echo "import Files"
  echo "import Foundation"
  echo "import Provenance"
  echo
  echo "/// The sources that this program was built from."
  echo "enum BuildState {"
}

none() {
  begin
  echo "  static let code = GitState.noRepository"
  echo "}"
}

unreadable() {
  begin
  echo "  static let code = GitState.unreadable(reason: $(literal "$1"))"
  echo "}"
}

state() {
  sources=":(glob)Sources/**/*"
  set -- Package.swift Package.resolved "$sources.swift" "$sources.c" "$sources.h" "$sources.modulemap" \
    ":(glob)Plugins/**/*.swift" scripts/build-state.sh
  commit=$(repository rev-parse --quiet --verify HEAD || true)
  branch=$(repository symbolic-ref --quiet --short HEAD || true)
  origin=$(repository config --get remote.origin.url | without_secrets || true)
  changed=0
  untracked=0
  : >"$work/patch"
  if [ -n "$commit" ]; then
    # An index of our own, so that the user's is neither read nor written.
    export GIT_INDEX_FILE="$work/index"
    repository read-tree HEAD
    changed=$(repository diff --name-only --no-ext-diff --no-renames HEAD -- "$@" | wc -l | tr -d ' ')
    # Ignored or not, what lies there is compiled; but a tool's list of resolved versions is no source.
    shift 2
    repository ls-files -z --others -- "$@" >"$work/others"
    untracked=$(tr -dc '\000' <"$work/others" | wc -c | tr -d ' ')
    if [ "$untracked" != 0 ]; then
      GIT_LITERAL_PATHSPECS=1 repository add --force --intent-to-add \
        --pathspec-from-file="$work/others" --pathspec-file-nul
    fi
    repository diff --binary --full-index --no-ext-diff --no-textconv --no-color --no-renames --unified=3 \
      --inter-hunk-context=0 --diff-algorithm=myers --src-prefix=a/ --dst-prefix=b/ HEAD -- \
      Package.swift Package.resolved "$@" >"$work/patch"
  fi
  size=$(wc -c <"$work/patch" | tr -d ' ')
  digest=
  [ "$size" = 0 ] || digest=$(sha256sum <"$work/patch" | cut -d' ' -f1)
  begin
  echo "  static let code = GitState.repository("
  echo "    GitRepositoryState("
  echo "      commit: $(literal "$commit"), branch: $(literal "$branch"),"
  echo "      changedFileCount: $changed, untrackedCount: $untracked,"
  if [ -z "$digest" ]; then echo "      patchDigest: nil, patch: nil,"; else
    echo "      patchDigest: Digest(hex: \"$digest\"),"
    if [ "$size" -gt $limit ]; then echo "      patch: nil,"; else
      echo "      patch: Data(base64Encoded: patch, options: .ignoreUnknownCharacters).map { [UInt8](\$0) },"
    fi
  fi
  echo "      origin: $(literal "$origin")))"
  if [ "$size" != 0 ] && [ "$size" -le $limit ]; then
    echo
    echo "  private static let patch = \"\"\""
    base64 <"$work/patch" | sed 's/^/    /'
    echo "    \"\"\""
  fi
  echo "}"
}

if ! command -v git >/dev/null || ! found=$(repository rev-parse --is-inside-work-tree 2>&1); then
  case ${found:-} in
    "" | *"not a git repository"*) none ;;
    *) unreadable "$(echo "$found" | sed -n 's/^fatal: //p')" ;;
  esac >"$work/new"
elif ! repository ls-files --error-unmatch Package.swift >/dev/null 2>&1; then
  # Sources that lie in somebody else's repository, as in a folder of build products, are not of its commits.
  none >"$work/new"
else
  state >"$work/new"
fi
cmp -s "$work/new" "$output/BuildState.swift" || cp "$work/new" "$output/BuildState.swift"
