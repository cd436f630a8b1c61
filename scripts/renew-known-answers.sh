#!/bin/sh
# Takes what the self-test gives on this machine as the known answers, for whoever changed the numerics or a test on
# purpose. The environment variable REPLICATE names a built program; without it one is built.
set -eu
program=${REPLICATE:-}
[ -z "$program" ] || program=$(realpath "$program")
cd "$(dirname "$0")/.."
answers=Sources/Tensors/SelfTest+KnownAnswers.swift

if [ -z "$program" ]; then
  swift build -c release --product replicate >&2
  program=$(swift build -c release --show-bin-path)/replicate
fi
# The program ends with 7 as long as the answers are not the known ones.
report=$("$program" doctor --json) || [ $? = 7 ]
digests=$(echo "$report" | grep -o '"digests":{[^}]*}' | sort -u)
if [ -z "$digests" ]; then
  echo "'$program doctor --json' printed no digests." >&2
  exit 1
fi
if [ "$(echo "$digests" | wc -l)" != 1 ]; then
  echo "The instruction sets of this CPU give different answers, so none of them is known to be right." >&2
  exit 1
fi

{
  sed '/answers: \[$/q' "$answers"
  echo "$digests" | grep -o '"[a-z0-9_]*":"[0-9a-f]\{16\}"' | sed 's/^\(".*"\):"\(....\)\(....\)\(....\)\(....\)"$/      Answer(test: \1, digest: 0x\2_\3_\4_\5),/'
  echo "    ])"
  echo "}"
} >"$answers.new"
mv "$answers.new" "$answers"
git diff --stat -- "$answers"
echo "artifacts/golden/tiny.json holds these digests too: renew it with 'make golden'." >&2
