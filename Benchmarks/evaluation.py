"""Compares the speed of evaluation with lm-evaluation-harness's `hf` backend: same model, documents, prompts, threads.

    python evaluation.py REPLICATE WORK [--threads 2] [--rounds 2] [--cases hellaswag,arc,mmlu,gsm8k] [--scale 1.0] [--json FILE]

Run it with the Python that has lm_eval (Tests/HarnessParity/requirements.txt). WORK is what
Tests/HarnessParity/prepare.py made: the model in fp32 as a Hugging Face folder, and the rows. Both sides run in
turns, as often on either side; of each case the fastest run counts on either side. The harness is timed without
loading the model, the tokenizer and the data, and at several batch sizes, of which the best counts; replicate with
everything but loading the model.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

RUN_HARNESS = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "HarnessParity" / "run_harness.py"

# Name: tasks, documents a task, few-shot examples, tokens at most, batch sizes of the harness, ratio to be reached.
CASES = {
    "hellaswag": (["hellaswag"], 64, 0, None, [8, 4], 3),
    "arc": (["arc_challenge"], 100, 0, None, [8, 4], 3),
    # Of each group the subject with the median ratio of tokens with shared prompts and without. They have 163 to 223
    # documents each, of which every one is asked after the same examples.
    "mmlu": (["mmlu_logical_fallacies", "mmlu_sociology", "mmlu_human_aging", "mmlu_high_school_statistics"], 100, 5, None,
             [2, 1], 8),
    "gsm8k": (["gsm8k"], 16, 5, 256, [16, 8], 2),
}


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("replicate", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--model", default="SmolLM2-135M-Instruct", help="a folder of WORK/models")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies the numbers of documents")
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.cases = arguments.cases.split(",")
    for case in arguments.cases:
        if case not in CASES:
            parser.error(f"{case} is none of {', '.join(CASES)}")
    return arguments


def shots(arguments, case):
    """The examples that prompts show; none of GSM8K's without its training split, which no wheel has."""
    has_pool = case != "gsm8k" or (arguments.work / "data" / "gsm8k" / "train.jsonl").exists()
    return CASES[case][2] if has_pool else 0


def run_harness(arguments, case, batch, limit, out):
    tasks, _, _, tokens, _, _ = CASES[case]
    command = [sys.executable, RUN_HARNESS, arguments.work / "models" / arguments.model, arguments.work / "data", out,
               "--tasks", ",".join(tasks), "--limit", str(limit), "--num-fewshot", str(shots(arguments, case)),
               "--batch-size", str(batch), "--threads", str(arguments.threads)]
    if tokens:
        command += ["--gen-kwargs", f"max_gen_toks={tokens}"]
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    lines = [json.loads(line) for line in (out / "timings.jsonl").read_text().splitlines()]
    return sum(line["documents"] for line in lines) / sum(line["request_seconds"] for line in lines)


def run_replicate(arguments, case, limit, out):
    tasks, _, _, tokens, _, _ = CASES[case]
    command = [arguments.replicate, "evaluate", "--model", arguments.work / "models" / arguments.model,
               "--data", arguments.work / "data", "--tasks", ",".join(tasks), "--limit", limit,
               "--num-fewshot", shots(arguments, case), "--threads", arguments.threads, "--output", out, "--json"]
    if tokens:
        command += ["--max-new-tokens", tokens]
    done = subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    result = json.loads(done.stdout)
    return result["documents"] / result["seconds"]


def main():
    arguments = parse()
    load = os.getloadavg()[0]
    print(f"documents per second, {arguments.model}, fp32, {arguments.threads} threads, load {load:.2f} at the start")
    print("case       documents   harness (batch)   replicate    ratio   aim")
    report = []
    for case in arguments.cases:
        _, documents, _, _, batches, aim = CASES[case]
        limit = max(1, round(documents * arguments.scale))
        theirs, ours = {}, []
        for _ in range(arguments.rounds):
            # The batch sizes that were slower the first time are not timed again.
            for batch in batches if len(theirs) < len(batches) else [max(theirs, key=theirs.get)]:
                with tempfile.TemporaryDirectory() as folder:
                    ours.append(run_replicate(arguments, case, limit, pathlib.Path(folder)))
                with tempfile.TemporaryDirectory() as folder:
                    speed = run_harness(arguments, case, batch, limit, pathlib.Path(folder))
                theirs[batch] = max(speed, theirs.get(batch, 0))
        batch = max(theirs, key=theirs.get)
        ratio = max(ours) / theirs[batch]
        print(f"{case:10} {limit:9}   {theirs[batch]:9.3f} ({batch:2})   {max(ours):9.3f}   {ratio:6.2f}   {aim:3}", flush=True)
        report.append({"case": case, "documents": limit, "harness": theirs, "replicate": ours, "ratio": ratio, "aim": aim})
    if arguments.json:
        arguments.json.write_text(json.dumps({"load": load, "threads": arguments.threads, "cases": report}, indent=2) + "\n")


main()
