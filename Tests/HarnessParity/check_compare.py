"""Checks that compare.py sees what it has to see: changes one thing at a time in a copy of a run.

    python check_compare.py RUN [--model FOLDER]

RUN is a folder that run_harness.py wrote with arc_challenge and gsm8k in it; with --model the judging of generated texts
is checked too. Prints a line a change; exit status 1 if one went unseen or was named wrongly.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

COMPARE = pathlib.Path(__file__).with_name("compare.py")


def edited(task, change):
    """An edit of the third document's sample line of a task."""
    def apply(folder):
        path = next(folder.rglob(f"samples_{task}_*.jsonl"))
        lines = path.read_text(encoding="utf-8").split("\n")
        row = json.loads(lines[2])
        change(row)
        lines[2] = json.dumps(row, ensure_ascii=False)
        path.write_text("\n".join(lines), encoding="utf-8")
    return apply


def without_line(task):
    def apply(folder):
        path = next(folder.rglob(f"samples_{task}_*.jsonl"))
        lines = path.read_text(encoding="utf-8").split("\n")
        path.write_text("\n".join(lines[:2] + lines[3:]), encoding="utf-8")
    return apply


def of_results(task, change):
    def apply(folder):
        for path in folder.rglob("results_*.json"):
            results = json.loads(path.read_text(encoding="utf-8"))
            if task in results["results"]:
                change(results)
                path.write_text(json.dumps(results), encoding="utf-8")
    return apply


def renamed_column(row):
    row["doc"] = {("Question" if name == "question" else name): value for name, value in row["doc"].items()}


def moved_column(row):
    row["doc"] = dict(reversed(row["doc"].items()))


def set_likelihood(row, choice, value):
    row["filtered_resps"][choice][0] = row["resps"][choice][0][0] = str(value)


def shifted(row, by):
    set_likelihood(row, 0, float(row["filtered_resps"][0][0]) + by)


def tied(acc):
    """Makes choices 0 and 1 the best of the document, 1e-4 apart."""
    def change(row):
        set_likelihood(row, 0, -1.0)
        set_likelihood(row, 1, -1.0001)
        row["acc"] = acc
    return change


def changed_text(row):
    text = row["resps"][0][0]
    row["resps"][0][0] = text[:5] + ("A" if text[5:6] != "A" else "B") + text[6:]


def assign(*path, value):
    def change(row):
        for name in path[:-1]:
            row = row[name]
        row[path[-1]] = value
    return change


def add(*path, value):
    def change(row):
        for name in path[:-1]:
            row = row[name]
        row[path[-1]] += value
    return change


ARC, GSM8K = "arc_challenge", "gsm8k"
ARGUMENTS = ("arguments", "gen_args_0")
PLANTED = [
    ("prompt: a blank more", "prompt: ", edited(ARC, add(*ARGUMENTS, "arg_0", value=" "))),
    ("continuation without its blank", "continuation: ", edited(ARC, assign(*ARGUMENTS, "arg_1", value="x"))),
    ("log-likelihood by 0.002", "log-likelihood: ", edited(ARC, lambda row: shifted(row, 2e-3))),
    ("log-likelihood by 0.0005 is within the tolerance", None, edited(ARC, lambda row: shifted(row, 5e-4))),
    ("resps and filtered_resps differ", "log-likelihood: ", edited(ARC, assign("filtered_resps", 0, 0, value="-1"))),
    ("a likelihood that is no number", "log-likelihood: ", edited(ARC, lambda row: set_likelihood(row, 0, "nan"))),
    ("a choice less", "log-likelihood: ", edited(ARC, lambda row: row["filtered_resps"].pop())),
    ("is_greedy", "is_greedy: ", edited(ARC, lambda row: [assign("filtered_resps", 0, 1, value="True")(row),
                                                           assign("resps", 0, 0, 1, value="True")(row)])),
    ("acc", "acc: ", edited(ARC, lambda row: assign("acc", value=1.0 - row["acc"])(row))),
    ("acc_norm absent", "acc_norm: ", edited(ARC, lambda row: row.pop("acc_norm"))),
    ("a score more", "acc_bytes: ", edited(ARC, assign("acc_bytes", value=1.0))),
    ("target", "target: ", edited(ARC, assign("target", value="9"))),
    ("a column of the document renamed", "doc columns: ", edited(ARC, renamed_column)),
    ("the columns in another order", "doc columns: ", edited(ARC, moved_column)),
    ("doc_hash", "doc_hash: ", edited(ARC, assign("doc_hash", value="0"))),
    ("prompt_hash", "prompt_hash: ", edited(ARC, assign("prompt_hash", value="0"))),
    ("target_hash", "target_hash: ", edited(ARC, assign("target_hash", value="0"))),
    ("a document less", "missing: ", without_line(ARC)),
    ("a sample of another filter", "missing: ", edited(GSM8K, assign("filter", value="none"))),
    ("a stop string less", "generation setting until: ", edited(GSM8K, lambda row: row["arguments"]["gen_args_0"]["arg_1"]["until"].pop())),
    ("sampling turned on", "generation setting do_sample: ", edited(GSM8K, assign(*ARGUMENTS, "arg_1", "do_sample", value=True))),
    ("a generated character", "generation: ", edited(GSM8K, changed_text)),
    ("filtered answer", "filtered answer: ", edited(GSM8K, assign("filtered_resps", 0, value="no"))),
    ("exact_match", "exact_match: ", edited(GSM8K, lambda row: assign("exact_match", value=1.0 - row["exact_match"])(row))),
    ("true instead of 1", "exact_match: ", edited(GSM8K, lambda row: assign("exact_match", value=bool(row["exact_match"]))(row))),
    ("a mean by 1e-8", "results: ", of_results(ARC, add("results", ARC, "acc,none", value=1e-8))),
    ("a mean by 1e-10 is within the tolerance", None, of_results(ARC, add("results", ARC, "acc,none", value=1e-10))),
    ("a standard error", "results: ", of_results(ARC, add("results", ARC, "acc_stderr,none", value=1e-6))),
    ("a standard error that is absent", "results: ", of_results(ARC, assign("results", ARC, "acc_stderr,none", value="N/A"))),
    ("version", "versions: ", of_results(GSM8K, assign("versions", GSM8K, value=2.0))),
    ("shots", "n-shot: ", of_results(GSM8K, add("n-shot", GSM8K, value=1))),
    ("sample count", "n-samples: ", of_results(GSM8K, add("n-samples", GSM8K, "effective", value=1))),
    ("higher_is_better", "higher_is_better: ", of_results(GSM8K, assign("higher_is_better", GSM8K, "exact_match", value=False))),
    ("task hash", "task_hashes: ", of_results(GSM8K, assign("task_hashes", GSM8K, value="0"))),
]


def compare(ours, theirs, *options):
    result = subprocess.run([sys.executable, str(COMPARE), str(ours), str(theirs), "--tasks", f"{ARC},{GSM8K}", *options],
                            capture_output=True, text=True)
    return result.returncode, result.stdout + result.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("--model", type=pathlib.Path)
    arguments = parser.parse_args()
    failures = 0

    def check(name, passed, output):
        nonlocal failures
        failures += not passed
        print(f"{'ok  ' if passed else 'FAIL'} {name}", flush=True)
        if not passed:
            print(output)

    with tempfile.TemporaryDirectory() as temporary:
        def copy(name, *edits):
            folder = pathlib.Path(temporary) / name
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(arguments.run, folder, ignore=shutil.ignore_patterns("caches"))
            for edit in edits:
                edit(folder)
            return folder

        theirs = copy("theirs")
        status, output = compare(copy("ours"), theirs)
        check("a copy is equal", status == 0, output)
        for name, kind, edit in PLANTED:
            status, output = compare(copy("ours", edit), theirs)
            seen = any(line.strip().startswith(kind or "-") for line in output.split("\n"))
            check(name, status == 0 if kind is None else status == 1 and seen, output)
        left, right = copy("ours", edited(ARC, tied(1.0))), copy("tied", edited(ARC, tied(0.0)))
        ties = pathlib.Path(temporary) / "ties.jsonl"
        status, output = compare(left, right, "--write-ties", str(ties))
        check("a tie of two choices is listed and counts", status == 1 and "tie (choice, not allowed)" in output, output)
        status, output = compare(left, right, "--ties", str(ties))
        check("it does not count where it is allowed", status == 0 and "tie (choice, allowed)" in output, output)
        if arguments.model:
            left = copy("ours", edited(GSM8K, changed_text))
            status, output = compare(left, theirs, "--model", str(arguments.model))
            check("a changed text is no tie of logits", status == 1 and "tie (" not in output, output)
    print(f"{failures} checks failed")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
