"""Imports every folder that make_folders.py made, as it is and with planted changes.

    python import_folders.py PROGRAM OUT [OUT ...]

A folder as it is has to end with 0. Of each, copies are imported in which one thing was changed, and each has to end with
1 or 3: a score, an answer or the likelihoods of a document, a document less, a value and a standard error of a task and of a
group, and a value of a group in one of the two places that results have for it. What the import of the folder as it is
says that it does not check is left alone, and counted. Prints a line for each OUT, in the columns of README.md; the exit
status is 1 if a folder was not as it has to be.
"""

import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

KINDS = ["score", "answer", "likelihood", "document", "value", "error", "group value", "group error", "group copy"]


def imported(program, folder, names):
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run([program, "import", folder, "--artifacts", scratch, "--task-map", *names], capture_output=True,
                              text=True)
        return done.returncode, done.stdout + done.stderr


def read(path):
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if text.lstrip().startswith("[") else [json.loads(line) for line in text.split("\n") if line]


def write(path, rows):
    is_array = path.read_text(encoding="utf-8").lstrip().startswith("[")
    path.write_text(json.dumps(rows, indent=2, ensure_ascii=False) if is_array
                    else "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def results_file(folder):
    return next(path for path in sorted(folder.rglob("*.json*"))
                if path.suffix in (".json", ".jsonl") and '"results":' in path.read_text(encoding="utf-8")[:20])


def samples_files(folder):
    return [path for path in sorted(folder.rglob("*.json*")) if path != results_file(folder)]


def is_unchecked(text, task, key):
    return any(line.startswith(f"The scores of {task} were not checked") or
               line.startswith(f"Of {task}, ") and key in line and " not checked" in line for line in text.split("\n"))


def numbers(folder):
    """The task or group, its key, and whether it is a group, of every number in the results."""
    content = json.loads(results_file(folder).read_text(encoding="utf-8"))
    return [(task, key, task in content.get("groups", {})) for task, entry in content["results"].items()
            for key, value in entry.items() if "," in key and isinstance(value, (int, float))]


def plant_number(kind, folder, draw, text):
    path = results_file(folder)
    content = json.loads(path.read_text(encoding="utf-8"))
    places = [(task, key) for task, key, is_group in numbers(folder)
              if is_group == kind.startswith("group") and ("_stderr" in key) == kind.endswith("error")
              and not is_unchecked(text, task, key)]
    if not places:
        return None
    task, key = draw.choice(places)
    change = draw.choice([-1, 1]) * 10 ** -draw.randint(2, 8)
    for part in ["groups"] if kind == "group copy" else ["results", "groups"]:
        if key in content.get(part, {}).get(task, {}):
            content[part][task][key] += change
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")
    return f"{task} {key}"


def plant(kind, folder, draw, text):
    """Changes one thing in a folder; says what, or None if the folder has no such thing that is checked."""
    if kind.endswith(("value", "error", "copy")):
        return plant_number(kind, folder, draw, text)
    of_task = {"answer": ["gsm8k"], "likelihood": ["arc", "anatomy", "astronomy", "virology", "nutrition"]}.get(kind, [""])
    path = draw.choice([path for path in samples_files(folder) if any(f"local_{task}" in path.name for task in of_task)])
    rows = read(path)
    row = draw.choice(rows)
    if kind == "score":
        metric = draw.choice([key for key in row if key in ("acc", "acc_norm", "exact_match")])
        row[metric] = 1.0 - row[metric]
    elif kind == "answer":
        row["filtered_resps"] = ["31415"]
    elif kind == "document":
        rows = [other for other in rows if other["doc_id"] != row["doc_id"]]
    else:
        # Another choice becomes the best.
        gold = int(row["target"])
        choice = (gold + 1) % len(row["resps"]) if row["acc"] else gold
        for response in [row["resps"][choice][0], row["filtered_resps"][choice]]:
            response[0] = "-0.001" if isinstance(response[0], str) else -0.001
    write(path, rows)
    return f"{path.name} document {row['doc_id']}"


def main():
    program, failures = sys.argv[1], 0
    for out in map(pathlib.Path, sys.argv[2:]):
        names = (out / "task-map").read_text().split()
        alarms, missed, planted, documents, checked, unchecked = [], [], 0, 0, 0, 0
        folders = sorted((path for path in out.iterdir() if path.name.isdigit()), key=lambda path: int(path.name))
        for folder in folders:
            code, text = imported(program, folder, names)
            documents += sum(len({row["doc_id"] for row in read(path)}) for path in samples_files(folder))
            skipped = [is_unchecked(text, task, key) for task, key, _ in numbers(folder)]
            unchecked += sum(skipped)
            checked += len(skipped) - sum(skipped)
            if code:
                alarms.append(f"{folder.name}: exit {code}: {text.strip()[-300:]}")
            for kind in KINDS:
                with tempfile.TemporaryDirectory() as scratch:
                    copy = pathlib.Path(scratch) / "copy"
                    shutil.copytree(folder, copy)
                    what = plant(kind, copy, random.Random(f"{folder.name} {kind}"), text)
                    if what is None:
                        continue
                    planted += 1
                    code, _ = imported(program, copy, names)
                    if code not in (1, 3):
                        missed.append(f"{folder.name}: {kind} of {what}: exit {code}")
        failures += bool(alarms or missed or not folders)
        print(f"| {out.name} | {len(folders)} | {documents} | {checked} | {unchecked} | {len(alarms)} | {planted} | "
              f"{len(missed)} |", flush=True)
        for line in alarms + missed:
            print(f"  {line}")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
