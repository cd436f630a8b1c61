"""Has lm-evaluation-harness 0.4.13 ask a model some tasks, offline, on given rows.

    python replicate_evaluate.py REQUEST

REQUEST is a JSON file: model (a folder of transformers), dtype, batch_size and tasks, each with its name (task), rows (a
file of JSON lines for each split of the data set), num_fewshot, chat_template, max_gen_toks (or null) and output. A task is
the harness's own configuration, copied from the installed package under its own name; only where its rows come from is
changed. Each output gets what the harness writes, results and samples, and last `stated.json`: versions, device, batch size.
"""

import importlib.metadata
import json
import os
import pathlib
import platform
import re
import shutil
import sys

SOURCE = re.compile(r'"?(dataset_name|dataset_path)"?:')
SPLIT = re.compile(r'"?(training_split|validation_split|fewshot_split)"?: *"?(\w+)"?')


def find(package, task):
    """The configuration of a task in the installed package."""
    name = re.compile(rf'^"?task"?: *"?{re.escape(task)}"? *$', re.MULTILINE)
    for path in sorted(package.rglob("*.yaml")):
        if name.search(path.read_text(encoding="utf-8")):
            return path
    sys.exit(f"lm-evaluation-harness has no task {task}.")


def localised(text, rows):
    """A configuration without the place of its data set, and without splits that no rows are given for."""
    lines = []
    for line in text.split("\n"):
        split = SPLIT.match(line)
        if not SOURCE.match(line) and (split is None or split[2] in rows):
            lines.append(line)
    return "\n".join(lines) + "\n"


def copy_task(source, request, folder):
    """Copies a configuration and what it includes, made local."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in sorted(source.parent.iterdir()):
        if path.suffix == ".py":
            shutil.copy(path, folder)
        # What others include has no suffix, or its name begins with an underscore.
        elif path.is_file() and (path == source or path.suffix != ".yaml" or path.name.startswith("_")):
            (folder / path.name).write_text(localised(path.read_text(encoding="utf-8"), request["rows"]), encoding="utf-8")
        elif path.is_file() and f"include: {path.name}" in source.read_text(encoding="utf-8"):
            (folder / path.name).write_text(localised(path.read_text(encoding="utf-8"), request["rows"]), encoding="utf-8")
    with open(folder / source.name, "a", encoding="utf-8") as file:
        files = "".join(f"    {split}: {json.dumps(path)}\n" for split, path in request["rows"].items())
        file.write(f"dataset_path: json\ndataset_kwargs:\n  data_files:\n{files}")


def evaluate(model, arguments, task, shared):
    """Asks one task, and writes what came of it."""
    import lm_eval
    import torch
    from lm_eval.loggers import EvaluationTracker
    from lm_eval.tasks import TaskManager

    output = pathlib.Path(task["output"])
    copy_task(find(pathlib.Path(lm_eval.__file__).parent / "tasks", task["task"]), task, output / "task")
    tracker = EvaluationTracker(output_path=str(output))
    results = lm_eval.simple_evaluate(
        model=model, tasks=[task["task"]], num_fewshot=task["num_fewshot"], batch_size=shared["batch_size"],
        log_samples=True, evaluation_tracker=tracker, apply_chat_template=task["chat_template"],
        fewshot_as_multiturn=task["chat_template"],
        gen_kwargs=f"max_gen_toks={task['max_gen_toks']}" if task["max_gen_toks"] else None,
        task_manager=TaskManager(include_path=str(output / "task"), include_defaults=False, metadata=arguments))
    samples = results.pop("samples")
    tracker.save_results_aggregated(results=results, samples=samples)
    tracker.save_results_samples(task_name=task["task"], samples=samples[task["task"]])
    stated = {
        "task": task["task"], "device": str(model.device), "dtype": shared["dtype"], "batch_size": shared["batch_size"],
        "is_batch_invariant": False, "threads": torch.get_num_threads(),
        "versions": {"python": platform.python_version(),
                     **{name: importlib.metadata.version(name) for name in ["lm_eval", "torch", "transformers", "datasets"]}}}
    temporary = output / "stated.json.part"
    temporary.write_text(json.dumps(stated), encoding="utf-8")
    os.replace(temporary, output / "stated.json")


def main():
    request = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    os.environ["HF_HOME"] = str(pathlib.Path(sys.argv[1]).parent / "caches")

    import lm_eval.evaluator
    import torch
    from lm_eval.models.huggingface import HFLM

    # Its list of all packages takes longer than the answers of a small model; `stated.json` has what counts.
    lm_eval.evaluator.add_env_info = lambda storage: None
    device = "cuda" if torch.cuda.is_available() else "cpu"
    arguments = {"pretrained": request["model"], "dtype": request["dtype"]}
    model = HFLM.create_from_arg_obj(arguments, {"batch_size": request["batch_size"], "device": device})
    for task in request["tasks"]:
        evaluate(model, arguments, task, request)


if __name__ == "__main__":
    main()
