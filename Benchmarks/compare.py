"""Fine-tunes the same batches with replicate and with transformers on PyTorch, in turns, and prints how they compare.

replicate runs twice: with its own matrix products, which is what counts, and with OpenBLAS's. With --bfloat16 both sides
run once more, replicate with `precision: bf16-mixed`, with and without `numerics: amx`, and the reference under autocast.

Usage: compare.py REPLICATE FOLDER --steps N --threads T --rounds R [--bfloat16]

REPLICATE is the built command; FOLDER is what prepare.py wrote. Each round runs, for each arm, replicate and then the
reference, each in a process of its own. The first step of each process warms up and is not counted; tokens are counted
without padding. Of each step the fastest round counts, on both sides: what else the machine does can only slow a step.
Peak memory is the largest resident set of a process, as the kernel reports it when the process ends.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import sys
import tempfile

ARMS = ("sft", "eaft")
SEED = 42
LEARNING_RATE = 5e-5
K, ALPHA = 20, 0.333
# A loss may differ by rounding, which grows as the weights drift apart.
LOSS_TOLERANCE = 1e-4

MANIFEST = """\
schema: 1
name: benchmark-{arm}
title: SmolLM2-135M-Instruct on GSM8K chats, {arm}
description: One side of the benchmark of fine-tuning.
assets:
  model: {{file: model}}
  chats: {{file: chats.jsonl}}
unpinned:
  model: converted by the benchmark itself
  chats: written by the benchmark itself
model:
  pretrained: model
  chat_template: chatml-smollm2
data:
  train:
    assets: [chats]
    format: jsonl
    fields: {{messages: messages}}
    shuffle: numpy
    sequence_length_tokens: 1024
    overlong: error
numerics: {numerics}
training:
  precision: {precision}
  seeds: [{seed}]
  micro_batch_size: 4
  gradient_accumulation_steps: 1
  max_steps: {steps}
  order: torch
  optimizer: {{name: adamw, betas: [0.9, 0.999], epsilon: 1.0e-8, weight_decay: 0.0}}
  learning_rate: {rate}
  schedule: cosine
  warmup_steps: 0
  max_gradient_norm: 1.0
  reduction: token-window
arms:
  {arm}: {{{objective}}}
"""
OBJECTIVES = {
    "sft": "objective: cross-entropy",
    "eaft": f"objective: eaft, k: {K}, alpha: {ALPHA}, normalizer: none",
}


def run(command: list[str]) -> tuple[str, int]:
    """Runs a command; gives its standard output and its peak resident set in bytes."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        actions = [
            (os.POSIX_SPAWN_DUP2, output.fileno(), 1),
            (os.POSIX_SPAWN_DUP2, errors.fileno(), 2),
        ]
        process = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
        _, status, usage = os.wait4(process, 0)
        output.seek(0)
        errors.seek(0)
        if os.waitstatus_to_exitcode(status) != 0:
            sys.exit(f"{' '.join(command)} failed:\n{errors.read()}")
        return output.read(), usage.ru_maxrss * 1024


def number(value: dict) -> float:
    """A float of a record: its decimal text."""
    return float(value["decimal"])


def manifest(arm: str, steps: int, numerics: str = "portable", precision: str = "fp32") -> str:
    """The manifest of an arm."""
    return MANIFEST.format(
        arm=arm,
        numerics=numerics,
        precision=precision,
        seed=SEED,
        steps=steps,
        rate=LEARNING_RATE,
        objective=OBJECTIVES[arm],
    )


def run_replicate(
    command: str, folder: pathlib.Path, arm: str, text: str, threads: int
) -> dict:
    """Runs a manifest of one arm with artifacts of its own; steps end when their events were logged."""
    manifest = folder / f"{arm}.yaml"
    manifest.write_text(text)
    artifacts = folder / "artifacts"
    shutil.rmtree(artifacts, ignore_errors=True)
    output, memory = run(
        [command, "run", str(manifest), "--artifacts", str(artifacts)]
        + ["--threads", str(threads), "--offline", "--json"]
    )
    record = pathlib.Path(json.loads(output)["record_path"])
    events = [json.loads(line) for line in (record / "events.jsonl").read_text().splitlines()]
    records, before = [], None
    for event in events:
        now = datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
        if event["type"] == "training-step":
            values = event["data"]["step"]["values"]
            records.append(
                {
                    "loss": number(values["loss"]),
                    "gradientNorm": number(values["gradient_norm"]),
                    "tokens": int(number(values["total_tokens"])),
                    "trainedTokens": int(number(values["trainable_tokens"])),
                    "seconds": (now - before).total_seconds(),
                }
            )
        before = now
    shutil.rmtree(artifacts)
    return {"steps": records, "memory": memory}


def run_reference(
    folder: pathlib.Path, arm: str, steps: int, threads: int, autocast: bool = False
) -> dict:
    """Runs reference.py for an arm."""
    script = pathlib.Path(__file__).with_name("reference.py")
    output, memory = run(
        [sys.executable, str(script), str(folder), "--arm", arm, "--steps", str(steps)]
        + ["--threads", str(threads), "--seed", str(SEED), "--learning-rate", str(LEARNING_RATE)]
        + ["--k", str(K), "--alpha", str(ALPHA)]
        + ["--autocast"] * autocast
    )
    return {"steps": json.loads(output)["steps"], "memory": memory}


def speed(results: list[dict]) -> float:
    """Unpadded tokens per second after the first step, from the fastest round of each step."""
    rounds = zip(*(result["steps"][1:] for result in results))
    steps = [(turns[0]["tokens"], min(step["seconds"] for step in turns)) for turns in rounds]
    return sum(tokens for tokens, _ in steps) / sum(seconds for _, seconds in steps)


def check_batches(ours: dict, reference: dict) -> None:
    """Refuses a comparison of different batches."""
    for key in ("tokens", "trainedTokens"):
        first, second = ([step[key] for step in side["steps"]] for side in (ours, reference))
        if first != second:
            sys.exit(f"The batches differ: {key} {first} here, {second} in the reference.")


def print_losses(ours: dict, reference: dict) -> float:
    """Prints both losses of each step and gives their largest difference."""
    largest = 0.0
    print("  step  tokens  trained     replicate     reference    difference   gradient norms")
    for index, (mine, other) in enumerate(zip(ours["steps"], reference["steps"])):
        difference = abs(mine["loss"] - other["loss"])
        largest = max(largest, difference)
        print(
            f"  {index + 1:4}  {mine['tokens']:6}  {mine['trainedTokens']:7}  {mine['loss']:12.7f}  "
            f"{other['loss']:12.7f}  {difference:12.1e}   "
            f"{mine['gradientNorm']:.6f} {other['gradientNorm']:.6f}"
        )
    return largest


def print_ratio(name: str, ours: list[dict], other: list[dict]) -> None:
    """Prints how fast one side is beside another, and in which share of its memory."""
    rounds = ", ".join(f"{speed([a]) / speed([b]):.2f}" for a, b in zip(ours, other))
    memory = [max(result["memory"] for result in side) for side in (ours, other)]
    print(
        f"  {name:18} {speed(ours):.1f} against {speed(other):.1f} tokens/s: "
        f"{speed(ours) / speed(other):.2f} times (single rounds: {rounds}), "
        f"{100 * memory[0] / memory[1]:.0f} % of the memory"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("replicate")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--bfloat16", action="store_true", help="bfloat16 too, on both sides")
    parser.add_argument("--json", type=pathlib.Path, help="write every measurement there")
    arguments = parser.parse_args()
    busy = os.getloadavg()[0]
    if busy > 1:
        print(
            f"Something else keeps this machine busy (load {busy:.1f}); PyTorch suffers from that more than "
            "replicate does, so the ratios below would flatter replicate.",
            file=sys.stderr,
        )
    sides = ["replicate", "openblas", "reference"] + ["mixed", "amx", "autocast"] * arguments.bfloat16
    results = {arm: {side: [] for side in sides} for arm in ARMS}
    for turn in range(arguments.rounds):
        for arm in ARMS:
            settings = {
                "replicate": {}, "openblas": {"numerics": "openblas"},
                "mixed": {"precision": "bf16-mixed"},
                "amx": {"precision": "bf16-mixed", "numerics": "amx"},
            }  # fmt: skip
            for side in sides:
                if side in settings:
                    text = manifest(arm, arguments.steps, **settings[side])
                    result = run_replicate(
                        arguments.replicate, arguments.folder, arm, text, arguments.threads
                    )
                else:
                    result = run_reference(
                        arguments.folder, arm, arguments.steps, arguments.threads,
                        autocast=side == "autocast",
                    )  # fmt: skip
                results[arm][side].append(result)
                check_batches(results[arm]["replicate"][0], result)
            speeds = ", ".join(f"{side} {speed(results[arm][side][-1:]):.1f}" for side in sides)
            print(f"round {turn + 1} {arm}: {speeds} tokens/s", flush=True)
    print(f"\n{platform.machine()}, {arguments.threads} threads, {arguments.rounds} rounds; fp32")
    agrees = True
    for arm in ARMS:
        ours, openblas, reference = (results[arm][side] for side in sides[:3])
        print(f"\n{arm}")
        largest = print_losses(ours[0], reference[0])
        agrees = agrees and largest <= LOSS_TOLERANCE
        speeds = speed(ours), speed(reference)
        rounds = ", ".join(f"{speed([a]) / speed([b]):.2f}" for a, b in zip(ours, reference))
        memory = [max(result["memory"] for result in side) for side in (ours, reference)]
        print(
            f"  unpadded tokens/s  {speeds[0]:.1f} against {speeds[1]:.1f}: "
            f"{speeds[0] / speeds[1]:.2f} times (single rounds: {rounds})"
        )
        fast = speed(openblas)
        rounds = ", ".join(f"{speed([a]) / speed([b]):.2f}" for a, b in zip(ours, openblas))
        print(
            f"  with OpenBLAS      {fast:.1f}: portable products are {speeds[0] / fast:.2f} times as fast "
            f"(single rounds: {rounds})"
        )
        print(
            f"  peak memory        {memory[0] / 1e9:.2f} against {memory[1] / 1e9:.2f} GB: "
            f"{100 * memory[0] / memory[1]:.0f} %"
        )
        print(f"  largest difference of a loss {largest:.1e}")
        if arguments.bfloat16:
            autocast = results[arm]["autocast"]
            for side, name in [("mixed", "bf16-mixed"), ("amx", "bf16-mixed, numerics: amx")]:
                mixed = results[arm][side]
                print(f"\n{arm}, {name}")
                largest = print_losses(mixed[0], autocast[0])
                print_ratio("beside autocast", mixed, autocast)
                print_ratio("beside our fp32", mixed, ours)
                print(f"  largest difference of a loss from autocast's {largest:.1e}")
    if arguments.json:
        arguments.json.write_text(json.dumps(results) + "\n")
    if not agrees:
        sys.exit(f"The losses differ by more than {LOSS_TOLERANCE}.")


if __name__ == "__main__":
    main()
