#!/usr/bin/env python3
"""Plants faults of determinism in a copy of the sources, one after the other, and checks that each is found.

Every fault is a mistake that real programs have had. For each of them a test build is made, `replicate determinism tiny`
is run on the rungs that must stay identical and on those that must not, and the report has to name the operation in
which the fault lies. Needs the dependencies of a normal build; takes some minutes.

    Tests/PlantedFaults/check.py [--build FOLDER] [FAULT ...]
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

# name: (file, what is there, what is put there, rungs that stay identical, rungs that differ, operations that are named)
FAULTS = {
    "a reduction over as many blocks as threads": (
        "Sources/Training/Optimizer/AdamW.swift",
        "    nonisolated(unsafe) let elements = gradients.pointer\n",
        """    nonisolated(unsafe) let elements = gradients.pointer
    if count > 0 {
      let sums = (0..<threads).map { part in
        let range = Parallel.range(of: part, tiles: threads, count: count)
        return kernels.sum_of_squares(elements + range.lowerBound, range.count)
      }
      return sums.reduce(0, +).squareRoot()
    }
""",
        "D0,D1,D3,D4", "D2", "gradient norm"),
    "an unseeded shuffle": (
        "Sources/Training/Order/BatchSchedule.swift",
        "    case .torch: MersenneTwister.permutation(count: exampleCount, seed: seed &+ UInt64(epoch))\n",
        "    case .torch: Array(0..<exampleCount).shuffled()\n",
        "D3", "D0", "micro-batch 1, tokens of the batch"),
    "a contraction left on": (
        "Package.swift",
        '"-ffp-contract=off"', '"-ffp-contract=fast"',
        "D0,D1,D2,D3,D4", "D6", "objective: entropy of each token"),
    "a sum in the order of a set": (
        "Sources/Training/Objective/ObjectiveEvaluator.swift",
        "    for row in 0..<rows {\n", "    for row in Set(0..<rows) {\n",
        "D3", "D0,D1", "loss"),
    "a product in two parts for large batches": (
        "Sources/LanguageModels/TransformerMath.swift",
        """    products.multiply(
      Matrix(x, rows: rows, columns: columns),
      transposing: weights.matrix(weight, rows: outputs, columns: columns),
      into: Matrix(out, rows: rows, columns: outputs), threads: threads)
""",
        """    let half = rows > 200 ? columns / 2 : columns
    let whole = weights.matrix(weight, rows: outputs, columns: columns)
    let rest = FloatBuffer(count: rows * outputs)
    for (start, count) in [(0, half), (half, columns - half)] where count > 0 {
      products.multiply(
        Matrix(x + start, rows: rows, columns: count, stride: columns),
        transposing: StoredMatrix(
          whole.address + start * whole.element.size, whole.element, rows: outputs,
          columns: count, stride: columns),
        into: Matrix(start == 0 ? out : rest.pointer, rows: rows, columns: outputs),
        threads: threads)
    }
    if half < columns { kernels.add(out, rest.pointer, rows * outputs) }
""",
        "D0,D4", "D3",
        "layer 0, forward: query/key/value projection", "forward: logits"),
    "a moment of AdamW that a checkpoint does not bring back": (
        "Sources/Training/Trainer/Trainer+Checkpoint.swift",
        """      for (prefix, buffer) in buffers {
        try file.read(""",
        """      for (prefix, buffer) in buffers where prefix != Self.firstPrefix {
        try file.read(""",
        "D0", "D4", "cross_entropy"),
}

# Faults that only a training in bfloat16 has: the toy is trained with `precision: bf16-weights`.
BFLOAT16_FAULTS = {
    "pairs of bfloat16 numbers that one instruction set adds up the other way round": (
        "Sources/CKernels/matrix_bfloat16.inc",
        """  if (second) sum = add_product(sum, a & 0xffff0000, b & 0xffff0000);
  return first ? add_product(sum, a << 16, b << 16) : sum;
""",
        """  if (first) sum = add_product(sum, a << 16, b << 16);
  return second ? add_product(sum, a & 0xffff0000, b & 0xffff0000) : sum;
""",
        "D0,D1,D2,D4", "D6", "layer 0, forward: attention"),
    "gradients that threads round in equal parts, and nobody the rest": (
        "Sources/Training/Trainer/Trainer.swift",
        "    if roundsState { gradients.roundToBFloat16(threads: threads) }\n",
        """    for index in 0..<(roundsState ? gradients.count / threads * threads : 0) {
      let bits = gradients.pointer[index].bitPattern
      gradients.pointer[index] = Float(
        bitPattern: (bits &+ 0x7fff &+ ((bits >> 16) & 1)) & 0xffff_0000)
    }
""",
        "D0,D1,D4", "D2", "backward: weight gradient of the final norm"),
}
FAULTS |= BFLOAT16_FAULTS


def run(arguments, **options):
    return subprocess.run(arguments, text=True, stdout=subprocess.PIPE, **options)


def manifest(name, folder):
    """The toy, in the precision in which it has the fault."""
    if name not in BFLOAT16_FAULTS:
        return "tiny"
    path = folder / "manifests/tiny-in-bfloat16.yaml"
    text = (folder / "manifests/tiny.yaml").read_text()
    path.write_text(text.replace("\ntraining:\n", "\ntraining:\n  precision: bf16-weights\n"))
    return path


def ladder(program, folder, manifest, rungs):
    """The rungs' statuses, and the operations that differ."""
    finished = run([program, "determinism", manifest, "--json", "--ladder", rungs, "--artifacts",
                    folder / "artifacts"], cwd=folder, stderr=subprocess.PIPE)
    if finished.returncode not in (0, 6):
        sys.exit(f"replicate ended with {finished.returncode}: {finished.stderr}")
    outcome = json.loads(finished.stdout)
    divergences = [divergence for rung in outcome["rungs"] for variant in rung["variants"]
                   for divergence in variant["divergences"]]
    return {rung["rung"]: rung["status"] for rung in outcome["rungs"]}, divergences


def check(name, folder):
    path, old, new, same, different, *operations = FAULTS[name]
    source = folder / path
    original = source.read_text()
    if original.count(old) != 1:
        sys.exit(f"{path} has changed: the place of the fault '{name}' is not there any more.")
    source.write_text(original.replace(old, new))
    try:
        build = run(["swift", "build", "-j", "2", "--product", "replicate"], cwd=folder,
                    stderr=subprocess.STDOUT)
        if build.returncode != 0:
            sys.exit(f"The build with the fault '{name}' failed:\n{build.stdout[-4000:]}")
        program = folder / ".build/debug/replicate"
        toy = manifest(name, folder)
        statuses, _ = ladder(program, folder, toy, same)
        found, divergences = ladder(program, folder, toy, different)
    finally:
        source.write_text(original)
    problems = [f"{rung} is {status}" for rung, status in statuses.items() if status != "identical"]
    problems += [f"{rung} is {status}" for rung, status in found.items() if status != "different"]
    named = {one["operation"] for one in divergences}
    problems += [f"'{one}' is named" for one in sorted(named) if not one.endswith(tuple(operations))]
    problems += [f"'{operation}' is not named" for operation in operations
                 if not any(one.endswith(operation) for one in named)]
    print(f"{'FAILED' if problems else 'found'}: {name} ({different})", *problems, sep="; ")
    for divergence in divergences[:1]:
        print(f"  {divergence['sentence']}")
    sys.stdout.flush()
    return not problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, help="folder of the test build, kept for the next time")
    parser.add_argument("faults", nargs="*", metavar="FAULT", help="words of the faults to plant (default: all)")
    arguments = parser.parse_args()
    names = [name for name in FAULTS if not arguments.faults
             or any(word in name for word in arguments.faults)]
    folder = arguments.build or pathlib.Path(tempfile.mkdtemp(prefix="replicate-faults-"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for item in ["Package.swift", "Sources", "Plugins", "Tests", "Benchmarks", "manifests", "scripts"]:
            shutil.rmtree(folder / item, ignore_errors=True)
            if (ROOT / item).is_dir():
                shutil.copytree(ROOT / item, folder / item)
            else:
                shutil.copy2(ROOT / item, folder / item)
        results = [check(name, folder) for name in names]
    finally:
        if not arguments.build:
            shutil.rmtree(folder)
    if not all(results) or not results:
        sys.exit(1)


if __name__ == "__main__":
    main()
