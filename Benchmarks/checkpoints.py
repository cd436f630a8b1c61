"""Measures what checkpoints cost a training: the same manifest with and without them, in turns.

Usage: checkpoints.py REPLICATE MANIFEST WORK [--rounds R] [-- OPTIONS OF replicate run]

MANIFEST is run with one document an evaluation, once as it is and once without its two keys for checkpoints; every other
round in the other order. The time of a training is the sum of the times between its events, from its start over every
step to its stored weights; of each of these the fastest round counts, on both sides: what else the machine does can only
slow it. WORK is a folder for everything written, on the disk that is to be measured.
"""

import argparse
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

NAMES = ("without checkpoints", "with checkpoints")


def variants(manifest: pathlib.Path) -> list[str]:
    """The manifest's text without and with checkpoints; both with next to no evaluation and no expectations."""
    text = re.sub(r"^expectations:.*\n", "", manifest.read_text(), flags=re.MULTILINE)
    for key, value in (("limit", 1), ("limit_per_subject", 1), ("max_new_tokens", 4)):
        text = re.sub(rf"^( +{key}: )\d+", rf"\g<1>{value}", text, flags=re.MULTILINE)
    without = re.sub(r"^  (?:keep_)?checkpoint_every_steps:.*\n", "", text, flags=re.MULTILINE)
    if without == text:
        sys.exit(f"{manifest} has no checkpoints whose cost could be measured.")
    return [without, text]


def seconds(command: str, manifest: pathlib.Path, artifacts: pathlib.Path, options: list[str]) -> dict:
    """Runs a manifest; the seconds between the events of each training, by arm and event."""
    # What an interrupted run has left would go on.
    for folder in ("records", "work"):
        shutil.rmtree(artifacts / folder, ignore_errors=True)
    output = subprocess.run(
        [command, "run", str(manifest), "--artifacts", str(artifacts), "--repeat", "--json", *options],
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    record = pathlib.Path(json.loads(output)["record_path"])
    times, before = {}, None
    for line in (record / "events.jsonl").read_text().splitlines():
        event = json.loads(line)
        kind, data = event["type"], event["data"]
        now = datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
        if kind == "training-started":
            before = now
        elif kind in ("training-step", "training-finished"):
            key = (data["arm"], data["step"]["step"] if kind == "training-step" else "end")
            times[key] = (now - before).total_seconds()
            before = now
    return times


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("replicate")
    parser.add_argument("manifest", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    # What follows -- is for `replicate run`; argparse takes it for arguments of its own that are too many.
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    arguments, options = parser.parse_args(sys.argv[1:end]), sys.argv[end + 1 :]
    if os.getloadavg()[0] > 1:
        print("Something else keeps this machine busy; the figures below are worth little.", file=sys.stderr)
    # A manifest names other files of its folder.
    manifests = arguments.work / "manifests"
    shutil.copytree(arguments.manifest.parent, manifests, dirs_exist_ok=True)
    (manifests / arguments.manifest.name).with_suffix(".lock.json").unlink(missing_ok=True)
    results = ([], [])
    for turn in range(arguments.rounds):
        sides = list(zip(results, variants(arguments.manifest)))
        for side, text in sides if turn % 2 == 0 else reversed(sides):
            manifest = manifests / arguments.manifest.name
            manifest.write_text(text)
            side.append(seconds(arguments.replicate, manifest, arguments.work / "artifacts", options))
            shutil.rmtree(arguments.work / "artifacts" / "checkpoints", ignore_errors=True)
        totals = ", ".join(f"{sum(side[-1].values()):.1f} s {name}" for side, name in zip(results, NAMES))
        print(f"round {turn + 1}: {totals}", flush=True)
    fastest = [{key: min(turn[key] for turn in side) for key in side[0]} for side in results]
    for arm in dict.fromkeys(arm for arm, _ in fastest[0]):
        without, with_ = (sum(time for (name, _), time in side.items() if name == arm) for side in fastest)
        print(f"{arm}: {without:.2f} s without checkpoints, {with_:.2f} s with: {100 * (with_ / without - 1):+.2f} %")
    without, with_ = (sum(side.values()) for side in fastest)
    print(f"all: {without:.2f} s without checkpoints, {with_:.2f} s with: {100 * (with_ / without - 1):+.2f} %")
    costliest = sorted(fastest[0], key=lambda key: fastest[0][key] - fastest[1][key])[:4]
    for key in costliest:
        print(f"  {key[0]} step {key[1]}: {fastest[0][key]:.2f} s without, {fastest[1][key]:.2f} s with")


if __name__ == "__main__":
    main()
