#!/usr/bin/env python3
"""Writes the expectations of a manifest from a run of it with several seeds.

    replicate run COPY.yaml --json > run.json       # COPY.yaml: the manifest with `seeds: [43, 44, 45, 46, 47]`
    scripts/expectations.py run.json --matters-from acc=0.02 --matters-from kl_from_base=0.05 \\
        > manifests/expectations/NAME.yaml

Trained arms get the band in which one more seed is expected: seed-prediction, or for shares conditional-flip where all seeds
scored the same; the untouched model, whose answers no seed changes, the exact count, or for likelihoods the printed value.
Every two trained arms, and every trained one and the untouched one, also get a band on their paired difference, in which
the noise that the arms of a seed share cancels: these are required, one row of each benchmark, groups are not. The level is such
that a run like these misses none of the required bands 19 times in 20 (Sidak).

--matters-from names the smallest effect of interest of a metric, in its own unit; a band that is wider decides nothing. The
digests of the documents stand in each row, and the record with its seeds in the source: a run with one of them is refused.
Claims are copied as they are from the file that --claims names, such as the last one.
"""

import argparse
import itertools
import json
import pathlib
import statistics
import sys

# The metric that stands for a task; other metrics of the same documents would only repeat its verdict.
HEADLINES = ["prompt_level_strict_acc,none", "acc_norm,none", "exact_match,flexible-extract", "exact_match,none", "acc,none"]
# Metrics that are no shares, with their units; each stands for itself.
UNITS = {"nats_per_token": "nats", "kl_from_base": "nats", "bits_per_byte": "bits"}
# Of given texts the metric that says what the task is for: bits for each byte are nats for each token in another unit.
TEXTS = {"general_text": "kl_from_base,none", "target_text": "nats_per_token,none"}
DIGITS = 6
# How often a run like these is to lie inside all required bands.
JOINT_LEVEL = 0.95


def is_group(task):
    """Whether a task only repeats a part of another one, which stands for it."""
    return task.startswith("mmlu_")


def shown(task, metrics):
    """The metrics of a task that get rows."""
    if task in TEXTS:
        return [TEXTS[task]]
    likelihoods = [name for name in metrics if base(name) in UNITS]
    return likelihoods or [next(name for name in HEADLINES if name in metrics)]


def base(metric):
    return metric.removesuffix(",none")


def prediction(values, level):
    texts = ", ".join(f"\"{value:.{DIGITS}f}\"" for value in values)
    return f"{{kind: seed-prediction, runs: [{texts}], level: {level:.6f}}}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path, help="what `replicate run --json` printed")
    parser.add_argument("--claims", type=pathlib.Path, help="expectations whose `claims:` and all below are copied")
    parser.add_argument("--matters-from", action="append", default=[], metavar="METRIC=EFFECT",
                        help="the smallest effect of interest of a metric")
    parser.add_argument("--optional", action="store_true", help="no row decides the verdict of the run; the claims do")
    arguments = parser.parse_args()
    effects = dict(pair.split("=", 1) for pair in arguments.matters_from)
    run = json.loads(arguments.run.read_text(encoding="utf-8"))
    arms = run["results"]["arms"]
    names = list(dict.fromkeys(arm["name"] for arm in arms))
    seeds = sorted({int(arm["seed"]) for arm in arms if arm["seed"] is not None})
    if len(seeds) < 2:
        sys.exit(f"{arguments.run} holds {len(seeds)} seed(s); a band takes two, and is of use from five on.")
    documents = {row["task"]: row["documents_sha256"] for row in (run["table"] or {"rows": []})["rows"]}
    rows = {}
    for arm in sorted(arms, key=lambda arm: int(arm["seed"] or 0)):
        for metric in arm["metrics"]:
            key = (metric["task"], metric["metric"])
            rows.setdefault(key, {"n": metric["n"], "values": {}})["values"].setdefault(arm["name"], []).append(
                float(metric["value"]["decimal"]))
    metrics = {}
    for task, metric in rows:
        metrics.setdefault(task, []).append(metric)

    def pairs(values):
        """Arms with a difference: the later one first, less any before it; one of them at least was trained."""
        trained = [(name, other) for other, name in itertools.combinations([n for n in names if n in values], 2)]
        return [(a, b) for a, b in trained if len(values[a]) > 1 or len(values[b]) > 1]

    required = sum(len(pairs(rows[(task, metric)]["values"])) for task, found in metrics.items() if not is_group(task)
                   for metric in shown(task, found))
    level = JOINT_LEVEL ** (1 / max(required, 1))
    claims = "\n# The claims decide: what they say is tested over the seeds of the run." if arguments.optional else ""
    print(f"""\
# What one more seed of {run["name"]} is expected to give: bands from {len(seeds)} seeds ({seeds[0]} to {seeds[-1]}), none of which the
# manifest itself uses. Made by scripts/expectations.py. The untouched model has the same answers in every run.
# The level of the {required} {"bands on differences" if arguments.optional else "required bands"} is {JOINT_LEVEL}^(1/{required}), so that a run like these misses none of them 19 times in 20.{claims}

schema: 1
name: {run["name"]}
title: What {len(seeds)} other seeds of {run["name"]} gave
sources:
  seeds:
    title: A run of this manifest with the seeds {seeds[0]} to {seeds[-1]}
    location: record {run["record_id"]} with the SHA-256 {run["record_sha256"]}, results {run["results_sha256"]}
    record: {run["record_sha256"]}
    seeds: [{", ".join(map(str, seeds))}]
arms: {{{", ".join(f"{name}: {name}" for name in names)}}}
unit: fraction

cells:""")
    for task, found in metrics.items():
        # The subjects of MMLU have too few documents to say anything each.
        if is_group(task) and rows[(task, found[0])]["n"] < 20:
            continue
        for metric in shown(task, found):
            write(task, metric, rows[(task, metric)], pairs, level, effects, documents.get(task), arguments.optional)
    if arguments.claims:
        _, claims = arguments.claims.read_text(encoding="utf-8").split("\nclaims:", 1)
        print("\nclaims:" + claims.rstrip())


def write(task, metric, row, pairs, level, effects, documents, is_optional):
    """Writes the row of a metric, and those of its differences."""
    unit = UNITS.get(base(metric))
    common = ([f"unit: {unit}"] if unit else []) + [f"n: {row['n']}"]
    common += [f"documents: {documents}"] if documents else []
    common += [f"matters_from: {effects[base(metric)]}"] if base(metric) in effects else []

    def begin(extra):
        print(f"  - task: {task}\n    metric: \"{base(metric)}\"")
        for line in extra + common:
            print(f"    {line}")

    # Values are wide where seeds vary, and say less than differences: they are told, not required.
    begin([f"label: {task}", "required: false"])
    print("    values:")
    for name, values in row["values"].items():
        if len(values) == 1:
            band = "{kind: rounding}" if unit else "{kind: exact-count}"
        elif len(set(values)) > 1 or unit:
            band = prediction(values, level)
        else:
            # No spread gives no interval. That none of n items counts otherwise leaves up to 3/n of them (rule of three).
            flips = 3 / row["n"]
            band = (f"{{kind: conditional-flip, discordance: {flips:.6f}, discordance_from: \"{len(values)} seeds scored the "
                    f"same: of {row['n']} items, 3 may still differ (rule of three)\", level: {level:.6f}}}")
        print(f"      {name}:\n        value: \"{statistics.fmean(values):.{DIGITS}f}\"\n        band: {band}")
    for first, second in pairs(row["values"]):
        a, b = row["values"][first], row["values"][second]
        count = max(len(a), len(b))
        a, b = a * (count // len(a)), b * (count // len(b))
        differences = [x - y for x, y in zip(a, b)]
        begin([f"arm: {first}", f"minus: {second}"] + (["required: false"] if is_group(task) or is_optional else []))
        print(f"    value: \"{statistics.fmean(differences):.{DIGITS}f}\"\n    band: {prediction(differences, level)}")


if __name__ == "__main__":
    main()
