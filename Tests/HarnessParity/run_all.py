"""Does every line of runs.tsv, one after another: with the harness, or with --program, an executable of replicate.

    python run_all.py WORK --shared FOLDER [--program FILE] [--only TEXT] [--threads 2]

WORK is what prepare.py made; results come to WORK/harness/<model>/<run>/ or WORK/replicate/<model>/<run>/, with what was
printed in the file log there. --only keeps the lines whose "model/run/tasks" holds TEXT. The columns of runs.tsv are the
options of run_harness.py, "-" for none; lines of one run add up in one folder. What is done is not done again. The last
line printed says how many lines failed; so does the exit status.
"""

import argparse
import csv
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent


def options(row, names):
    """The options of a line's columns that are not "-"."""
    return [part for column, option in names.items() if row[column] != "-" for part in (option, row[column])]


def harness(row, model, work, out, threads):
    command = [sys.executable, HERE / "run_harness.py", model, work / row["data"], out, "--threads", threads]
    command += options(row, {"tasks": "--tasks", "limit": "--limit", "shots": "--num-fewshot", "batch": "--batch-size",
                             "gen_kwargs": "--gen-kwargs"})
    return command + (["--apply-chat-template"] if row["chat"] == "chat" else [])


def replicate(program, row, model, work, out, threads):
    command = [program, "evaluate", "--model", model, "--data", work / row["data"], "--output", out, "--offline"]
    command += ["--language-data", work / "language", "--threads", threads, "--artifacts", out / "artifacts"]
    command += options(row, {"tasks": "--tasks", "limit": "--limit", "shots": "--num-fewshot"})
    if row["gen_kwargs"] != "-":
        command += ["--max-new-tokens", row["gen_kwargs"].removeprefix("max_gen_toks=")]
    return command + (["--apply-chat-template"] if row["chat"] == "chat" else [])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--shared", type=pathlib.Path, required=True, help="holds the tiny Gemma 3")
    parser.add_argument("--program", type=pathlib.Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    models = {"tiny-gemma3": arguments.shared / "oracles/lm-eval/models/tiny-gemma3"}
    # Threads that wait by spinning would take the machine from whatever else runs on it.
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "NLTK_DATA": str(arguments.work / "nltk_data")}
    failures = 0
    with open(HERE / "runs.tsv", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if arguments.only not in "/".join([row["model"], row["run"], row["tasks"]]):
                continue
            side = "replicate" if arguments.program else "harness"
            out = arguments.work / side / row["model"] / row["run"]
            out.mkdir(parents=True, exist_ok=True)
            model = models.get(row["model"], arguments.work / "models" / row["model"])
            if arguments.program:
                command = replicate(arguments.program, row, model, arguments.work, out, arguments.threads)
            else:
                command = harness(row, model, arguments.work, out, arguments.threads)
            start = time.perf_counter()
            with open(out / "log", "a") as log:
                status = subprocess.run([str(part) for part in command], env=environment, stdout=log, stderr=log).returncode
            failures += status != 0
            print(f"{time.strftime('%H:%M:%S')} {row['model']}/{row['run']} {row['tasks']}: status {status}, "
                  f"{time.perf_counter() - start:.0f} s", flush=True)
    print(f"{failures} lines failed")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
