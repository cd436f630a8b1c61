"""Imports every folder that make_folders.py made, as it is and with planted changes.

    python import_folders.py PROGRAM OUT [OUT ...]

A folder as it is has to end with 0. Of each, copies are imported in which one thing was changed, and each has to end with
something else: a score of a document, a likelihood or an answer, and a value and a standard error of the results. Prints a
line for each OUT; the exit status is 1 if a folder was not as it has to be.
"""

import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile


def imported(program, folder, names):
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run([program, "import", folder, "--artifacts", scratch, "--task-map", *names], capture_output=True,
                              text=True)
        return done.returncode, done.stdout + done.stderr


def read(path):
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if text.lstrip().startswith("[") else [json.loads(line) for line in text.split("\n") if line]


def write(path, rows, is_array):
    path.write_text(json.dumps(rows, indent=2, ensure_ascii=False) if is_array
                    else "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def plant(kind, folder, draw):
    """Changes one thing in a folder; says what, or None if the folder has no such thing."""
    results = next(path for path in sorted(folder.rglob("*.json")) if "samples_" not in path.name)
    samples = sorted(folder.rglob("*.jsonl"))
    if kind in ("value", "error"):
        content = json.loads(results.read_text(encoding="utf-8"))
        places = [(task, key) for task, entry in content["results"].items() for key, value in entry.items()
                  if "," in key and isinstance(value, float) and ("_stderr" in key) == (kind == "error")
                  # Errors of 0.4.0's groups cannot be checked, which the import says.
                  and not (kind == "error" and "group_subtasks" not in content and task in
                           ("local_mmlu", "local_stem", "local_other"))]
        task, key = draw.choice(places)
        content["results"][task][key] += draw.choice([-1, 1]) * 10 ** -draw.randint(2, 8)
        results.write_text(json.dumps(content, indent=2), encoding="utf-8")
        return f"{task} {key}"
    path = draw.choice([path for path in samples if kind != "answer" or "gsm8k" in path.name])
    rows = read(path)
    row = draw.choice(rows)
    if kind == "score":
        metric = draw.choice([key for key in row if key in ("acc", "acc_norm", "exact_match")])
        row[metric] = 1.0 - row[metric]
    else:
        row["filtered_resps"] = ["31415"]
    write(path, rows, path.read_text(encoding="utf-8").lstrip().startswith("["))
    return f"{path.name} document {row['doc_id']}"


def main():
    program, failures = sys.argv[1], 0
    for out in map(pathlib.Path, sys.argv[2:]):
        names = (out / "task-map").read_text().split()
        alarms, missed, planted = [], [], 0
        folders = sorted(path for path in out.iterdir() if path.name.isdigit())
        for folder in folders:
            code, text = imported(program, folder, names)
            if code:
                alarms.append(f"{folder.name}: exit {code}: {text.strip()[-300:]}")
            for kind in ["score", "answer", "value", "error"]:
                draw = random.Random(f"{folder.name} {kind}")
                with tempfile.TemporaryDirectory() as scratch:
                    copy = pathlib.Path(scratch) / "copy"
                    shutil.copytree(folder, copy)
                    what = plant(kind, copy, draw)
                    planted += 1
                    code, _ = imported(program, copy, names)
                    if code not in (1, 3):
                        missed.append(f"{folder.name}: {kind} of {what}: exit {code}")
        failures += bool(alarms or missed or not folders)
        print(f"{out.name}: {len(folders)} folders, {len(alarms)} false alarms; {planted} planted, {len(missed)} missed")
        for line in alarms + missed:
            print(f"  {line}")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
