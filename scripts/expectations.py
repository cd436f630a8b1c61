#!/usr/bin/env python3
"""Writes the expectations of a manifest from a run of it with several seeds.

    replicate run COPY.yaml --json > run.json       # COPY.yaml: the manifest with `seeds: [43, 44, 45, 46, 47]`
    scripts/expectations.py run.json > manifests/expectations/NAME.yaml

Trained arms get the band in which one more seed is expected: seed-prediction, or conditional-flip where all seeds scored the
same; the untouched model, whose answers no seed changes, the exact count. One row of each benchmark is required, groups are not, and the level is such that a run like these
misses none of the required bands 19 times in 20 (Sidak). Seeds that the manifest itself uses should not be among those of the
run: a band says nothing about a run that it was made from. Claims are copied as they are from the file that --claims names,
such as the last one.
"""

import argparse
import json
import pathlib
import statistics
import sys

# The metric that stands for a task; other metrics of the same documents would only repeat its verdict.
HEADLINES = ["prompt_level_strict_acc,none", "acc_norm,none", "exact_match,flexible-extract", "exact_match,none", "acc,none"]
DIGITS = 6
# How often a run like these is to lie inside all required bands.
JOINT_LEVEL = 0.95


def is_group(task):
    """Whether a task only repeats a part of another one, which stands for it."""
    return task.startswith("mmlu_")


def headline(metrics):
    return next(name for name in HEADLINES if name in metrics)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path, help="what `replicate run --json` printed")
    parser.add_argument("--claims", type=pathlib.Path, help="expectations whose `claims:` and all below are copied")
    arguments = parser.parse_args()
    run = json.loads(arguments.run.read_text(encoding="utf-8"))
    arms = run["results"]["arms"]
    names = list(dict.fromkeys(arm["name"] for arm in arms))
    seeds = sorted({int(arm["seed"]) for arm in arms if arm["seed"] is not None})
    if len(seeds) < 2:
        sys.exit(f"{arguments.run} holds {len(seeds)} seed(s); a band takes two, and is of use from five on.")
    rows = {}
    for arm in arms:
        for metric in arm["metrics"]:
            key = (metric["task"], metric["metric"])
            rows.setdefault(key, {"n": metric["n"], "values": {}})["values"].setdefault(arm["name"], []).append(
                float(metric["value"]["decimal"]))
    metrics = {}
    for task, metric in rows:
        metrics.setdefault(task, []).append(metric)
    required = sum(len(values) > 1 for task, found in metrics.items() if not is_group(task)
                   for values in rows[(task, headline(found))]["values"].values())
    level = JOINT_LEVEL ** (1 / max(required, 1))
    print(f"""\
# What one more seed of {run["name"]} is expected to give: bands from {len(seeds)} seeds ({seeds[0]} to {seeds[-1]}), none of which the
# manifest itself uses. Made by scripts/expectations.py. The untouched model has the same answers in every run.
# The level of the {required} required bands is {JOINT_LEVEL}^(1/{required}), so that a run like these misses none of them 19 times in 20.

schema: 1
name: {run["name"]}
title: What {len(seeds)} other seeds of {run["name"]} gave
sources:
  seeds:
    title: A run of this manifest with the seeds {seeds[0]} to {seeds[-1]}
    location: record {run["record_id"]} with the SHA-256 {run["record_sha256"]}, results {run["results_sha256"]}
arms: {{{", ".join(f"{name}: {name}" for name in names)}}}
unit: fraction

cells:""")
    for task, found in metrics.items():
        # The subjects of MMLU have too few documents to say anything each.
        if is_group(task) and rows[(task, found[0])]["n"] < 20:
            continue
        metric = headline(found)
        row = rows[(task, metric)]
        print(f"  - task: {task}\n    metric: \"{metric.removesuffix(',none')}\"\n    label: {task}\n    n: {row['n']}")
        if is_group(task):
            print("    required: false")
        print("    values:")
        for name, values in row["values"].items():
            if len(values) == 1:
                print(f"      {name}: {{value: \"{values[0]:.{DIGITS}f}\", band: {{kind: exact-count}}}}")
                continue
            if len(set(values)) == 1:
                # No spread gives no interval. That none of n items counts otherwise leaves up to 3/n of them (rule of three).
                flips = 3 / row["n"]
                print(f"      {name}:\n        value: \"{values[0]:.{DIGITS}f}\"\n        band:\n"
                      f"          kind: conditional-flip\n          discordance: {flips:.6f}\n"
                      f"          discordance_from: \"{len(values)} seeds scored the same: of {row['n']} items, 3 may still "
                      f"differ (rule of three)\"\n          level: {level:.6f}")
                continue
            texts = ", ".join(f"\"{value:.{DIGITS}f}\"" for value in values)
            print(f"      {name}:\n        value: \"{statistics.fmean(values):.{DIGITS}f}\"\n        band:\n"
                  f"          kind: seed-prediction\n          runs: [{texts}]\n          level: {level:.6f}")
    if arguments.claims:
        _, claims = arguments.claims.read_text(encoding="utf-8").split("\nclaims:", 1)
        print("\nclaims:" + claims.rstrip())


if __name__ == "__main__":
    main()
