"""Counts the updates that vanish where weights are bfloat16: in a training of Gemma 3 1B's shapes, and as arithmetic has it.

Usage: vanished_updates.py REPLICATE WORK [--layers N] [--steps N] [--tokens N] [--threads N]
       vanished_updates.py --expected

A weight of bfloat16 stays what it is where AdamW would move it by less than half of the distance to its neighbour, 2^-8 to
2^-9 of its size. The first form trains the model of large_model.py, random matrices of standard deviation 0.02, in
`precision: bf16-weights` at a constant rate of 5e-5 with both objectives, and prints of each step the share of weights
that the record counts as vanished. The second prints what to expect of such weights, by AdamW in NumPy (fp32, of which
weights and moments are rounded, as the engine does), with gradients that are noise, and of the whole schedule of the
documented recipe: 1000 steps, a cosine after 100 steps of warm-up. Its last line has gradients whose means, other ones for
each weight, are as large as their noise, so that steps add up.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Benchmarks"))
RATE, DEVIATION = 5e-5, 0.02


def train(arguments) -> None:
    import compare
    import large_model

    arguments.work.mkdir(parents=True, exist_ok=True)
    model = arguments.work / "model"
    if not model.exists():
        large_model.make_model(model, arguments.layers)
    large_model.make_chats(arguments.work, arguments.steps)
    for arm in ("sft", "eaft"):
        manifest = arguments.work / f"{arm}.yaml"
        manifest.write_text(large_model.MANIFEST.format(
            arm=arm, steps=arguments.steps, accumulation=1, objective=compare.OBJECTIVES[arm], recomputes="true"))
        artifacts = arguments.work / "artifacts"
        output = subprocess.run(
            [arguments.replicate, "run", manifest, "--artifacts", artifacts, "--threads", str(arguments.threads), "--offline",
             "--json", "--set", "training.precision=bf16-weights", "--set", f"training.learning_rate={RATE}",
             "--set", f"data.train.sequence_length_tokens={arguments.tokens}"],
            check=True, stdout=subprocess.PIPE, text=True).stdout
        record = pathlib.Path(json.loads(output)["record_path"])
        for line in (record / "events.jsonl").read_text().splitlines():
            event = json.loads(line)
            if event["type"] == "training-step":
                step = event["data"]["step"]
                values = {name: compare.number(value) for name, value in step["values"].items()}
                print(f"{arm}, step {step['step']}: {values['vanished_updates'] / values['updates']:.4f} of "
                      f"{values['updates']:.0f} updates vanish; loss {values['loss']:.6f}", flush=True)
        shutil.rmtree(artifacts)


def rounded(x: numpy.ndarray) -> numpy.ndarray:
    """To the nearest bfloat16 numbers, to the even ones in the middle."""
    bits = x.astype("f4").view("u4")
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000).astype("u4").view("f4")


def shares(rates, count: int, signal: float) -> numpy.ndarray:
    """Of `count` weights, what share each step leaves as it was."""
    random = numpy.random.default_rng(1)

    def normal(deviation: float) -> numpy.ndarray:
        return random.standard_normal(count, "f4") * numpy.float32(deviation)

    weights, first, second = rounded(normal(DEVIATION)), numpy.zeros(count, "f4"), numpy.zeros(count, "f4")
    means, result = normal(1e-4 * signal), []
    for step, rate in enumerate(rates, 1):
        gradients = rounded(normal(1e-4) + means)
        first = numpy.float32(0.9) * first + numpy.float32(0.1) * gradients
        second = numpy.float32(0.999) * second + numpy.float32(0.001) * gradients * gradients
        update = rate / (1 - 0.9**step) * first / (numpy.sqrt(second) / numpy.sqrt(1 - 0.999**step) + 1e-8)
        moved = rounded(weights - update)
        result.append((moved == weights).mean())
        weights, first, second = moved, rounded(first), rounded(second)
    return numpy.array(result)


def expect() -> None:
    print("constant rate, steps 1 to 3:", shares([RATE] * 3, 1_000_000, 0).round(4))
    schedule = [
        RATE * (step / 100 if step < 100 else 0.5 * (1 + numpy.cos(numpy.pi * (step - 100) / 900))) for step in range(1000)]
    for signal in (0, 1):
        found = shares(schedule, 100_000, signal)
        print(f"the recipe's 1000 steps, mean of gradients {signal} times their noise: {found.mean():.3f} on average, "
              f"at the highest rate {found[100]:.3f}, from step 500 on {found[500:].mean():.3f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("replicate", nargs="?")
    parser.add_argument("work", nargs="?", type=pathlib.Path)
    parser.add_argument("--expected", action="store_true")
    for name, value in {"layers": 26, "steps": 3, "tokens": 256, "threads": 2}.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    arguments = parser.parse_args()
    if arguments.expected:
        expect()
    elif arguments.work:
        train(arguments)
    else:
        parser.error("REPLICATE and WORK are needed, or --expected.")


if __name__ == "__main__":
    main()
