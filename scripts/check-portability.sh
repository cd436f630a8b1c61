#!/bin/bash
# Checks that results have the same bits on other CPUs: every instruction set of this one, emulated x86 CPUs without
# AVX-512 and without AVX, and an emulated ARM CPU.
#
#   scripts/check-portability.sh [kernels | doctor | tiny]...     (default: all three)
#
# kernels  the C kernels' self-test, and matrix products against plain loops, cross-compiled for ARM
# doctor   the whole self-test, in the built program
# tiny     the replication `tiny` from start to end; about a minute on an emulated CPU
#
# REPLICATE names a built program (default: a release build is made). REPLICATE_LONG_TESTS=1 also runs tiny on the
# emulated CPU without fused multiply-adds, which takes a quarter of an hour.
set -euo pipefail
export LC_ALL=C
program=${REPLICATE:-}
[ -z "$program" ] || program=$(realpath "$program")
cd "$(dirname "$0")/.."
parts=${*:-kernels doctor tiny}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# MARK: - Tools

need() {
  command -v "$1" >/dev/null && return
  echo "$1 was not found: install it with 'apt-get install $2'." >&2
  exit 7
}
need qemu-x86_64 qemu-user
need qemu-aarch64 qemu-user
need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu
clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang
# Where a version manager stands for swift, it stands for clang too.
[ -x "$clang" ] || clang=$(command -v clang || true)
if [ -z "$clang" ]; then
  echo "clang was not found: the kernels are compiled with the clang of the Swift toolchain." >&2
  exit 7
fi

# Models without what the emulator would warn about. OpenBLAS, whose kernels portable results do not use, finds its own
# core type on each of them; on older models than Nehalem it dies of an illegal instruction.
haswell=Haswell-noTSX,-pcid,-x2apic,-tsc-deadline,-invpcid
nehalem=Nehalem

# MARK: - Comparing

# compare WHAT PLATFORM COMMAND...: runs COMMAND, whose standard output is what WHAT gives there. The first platform of
# each WHAT is the reference; the first difference ends the script.
compare() {
  local what=$1 platform=$2 start=$EPOCHREALTIME
  shift 2
  local found=$work/found reference=$work/$what verdict=same
  if ! "$@" >"$found" 2>"$work/error"; then
    printf '%-8s  %-34s  FAILED\n' "$what" "$platform"
    tail -n 5 "$work/error" >&2
    exit 1
  fi
  if [ ! -e "$reference" ]; then
    cp "$found" "$reference"
    verdict=reference
  elif ! cmp -s "$reference" "$found"; then
    printf '%-8s  %-34s  DIFFERENT\n' "$what" "$platform"
    diff "$reference" "$found" | head -n 4 >&2 || true
    exit 1
  fi
  local milliseconds=$(((${EPOCHREALTIME/./} - ${start/./}) / 1000))
  printf '%-8s  %-34s  %-9s  %4d.%03d s  %s\n' "$what" "$platform" "$verdict" \
    $((milliseconds / 1000)) $((milliseconds % 1000)) "$(cksum <"$found" | cut -d' ' -f1)"
}

# has ISA: whether this CPU has it; the kernels' program says on standard error what it uses, first.
has() { [ "$(REPLICATE_ISA=$1 "$work/self-test" 2>&1 >/dev/null | head -n 1)" = "$1" ]; }

# MARK: - The kernels alone

# Those of the package, whose warnings are errors on every platform.
flags="-O3 -ffp-contract=off -Wall -Wextra -Werror -I Sources/CKernels/include"
sources="Tests/Portability/*.c Sources/CKernels/*.c"
# shellcheck disable=SC2086
"$clang" -fuse-ld=lld $flags $sources -o "$work/self-test" -lm
sets=generic
for isa in avx2 avx512; do
  if has $isa; then sets="$sets $isa"; else echo "(This CPU lacks $isa.)"; fi
done
printf '%-8s  %-34s  %-9s  %10s  %s\n' what platform bits time checksum

kernels() {
  # Static, so that the emulator needs no ARM libraries.
  # shellcheck disable=SC2086
  "$clang" --target=aarch64-linux-gnu -fuse-ld=lld -static $flags $sources -o "$work/self-test-arm" -lm
  for isa in $sets; do compare kernels "this CPU, $isa" env REPLICATE_ISA=$isa "$work/self-test"; done
  compare kernels "emulated Haswell, avx2" qemu-x86_64 -cpu $haswell "$work/self-test"
  compare kernels "emulated Nehalem, generic" qemu-x86_64 -cpu $nehalem "$work/self-test"
  compare kernels "emulated ARM Cortex-A57, NEON" qemu-aarch64 -cpu cortex-a57 "$work/self-test-arm"
}

# MARK: - The program

build() {
  [ -z "$program" ] || return 0
  swift build -c release --product replicate >&2
  program=$(swift build -c release --show-bin-path)/replicate
}

# The digests of the self-test, the same for every instruction set that it ran with.
doctor_digests() {
  local report
  # 7: the answers are not the known ones, which the comparison shows.
  report=$("$@" "$program" doctor --json --artifacts "$work/artifacts") || [ $? = 7 ] || return 1
  echo "$report" | grep -o '"digests":{[^}]*}' | tr '{},' '\n\n\n' | grep ':"' | sort -u >"$work/digests"
  cat "$work/digests"
  # A test that stands there twice has two answers.
  ! cut -d: -f1 "$work/digests" | uniq -d | grep . >&2
}

doctor() {
  for isa in $sets; do compare doctor "this CPU, $isa" doctor_digests env REPLICATE_ISA=$isa; done
  compare doctor "emulated Haswell, avx2" doctor_digests qemu-x86_64 -cpu $haswell
  compare doctor "emulated Nehalem, generic" doctor_digests qemu-x86_64 -cpu $nehalem
}

# The digest of all results of the replication: losses, gradient norms, weights, samples and scores.
tiny_results() {
  rm -rf "$work/artifacts"
  "$@" "$program" run tiny --json --artifacts "$work/artifacts" | grep -o '"results_sha256":"[^"]*"'
}

tiny() {
  for isa in $sets; do
    compare tiny "this CPU, $isa" tiny_results env REPLICATE_ISA=$isa
  done
  compare tiny "emulated Haswell, avx2" tiny_results qemu-x86_64 -cpu $haswell
  [ -z "${REPLICATE_LONG_TESTS:-}" ] ||
    compare tiny "emulated Nehalem, generic" tiny_results qemu-x86_64 -cpu $nehalem
}

for part in $parts; do
  case $part in
    kernels) kernels ;;
    doctor | tiny)
      build
      $part
      ;;
    *)
      echo "'$part' is none of kernels, doctor, tiny." >&2
      exit 2
      ;;
  esac
done
echo "All bits are the same."
