"""Writes what the real lm-evaluation-harness makes of made-up rows, as this folder holds it.

    python make_harness.py [FOLDER]        in an environment with lm_eval 0.4.13; no model, no network

For every task of rows.py and every run below, the harness's own task class asks a model that gives each request a
likelihood by a hash of its texts, so that every rule of the harness is at work but the model's. Written are

    rows/<task>/<split>.jsonl           the rows, in the layout of `replicate evaluate --data`
    <run>/samples_<task>.jsonl          the harness's samples: documents, requests, targets, metrics
    <run>/results.json                  its results, without what names a machine or an hour; functions by their names
"""

import hashlib
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2] / "HarnessParity"))

# Number of examples, whether prompts are conversations, whether examples are turns of them, and what is said first.
RUNS = {
    "plain-0": (0, False, False, None), "plain-2": (2, False, False, None), "chat-2": (2, True, True, None),
    "one-turn-2": (2, True, False, None), "instruction-2": (2, False, False, "Answer briefly."),
    "instruction-one-turn-2": (2, True, False, "Answer briefly.\n")}

# Keys of results that depend on the machine or the hour.
OF_THE_MACHINE = ["date", "pretty_env_info", "transformers_version", "git_hash", "upper_git_hash", "model_name",
                  "model_name_sanitized", "total_evaluation_time_seconds"]


def environment(folder):
    for name in ["HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"]:
        os.environ[name] = "1"
    os.environ["HF_HOME"] = str(folder / "hub")
    os.environ["HF_DATASETS_CACHE"] = str(folder / "datasets")


def write_rows(folder):
    from rows import rows

    for task, splits in rows().items():
        (folder / task).mkdir(parents=True)
        for split, lines in splits.items():
            text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
            (folder / task / f"{split}.jsonl").write_text(text, encoding="utf-8", newline="\n")
    return sorted(rows())


def scorer():
    from lm_eval.api.model import LM

    class Scorer(LM):
        """Likelihoods of few different values, so that ties occur."""

        tokenizer_name = "none"

        def loglikelihood(self, requests, disable_tqdm=False):
            return [self.score(*request.args) for request in requests]

        @staticmethod
        def score(context, continuation):
            number = hashlib.sha256(f"{context}\0{continuation}".encode()).digest()[0]
            return (-(number % 9) / 8 - 0.1, number % 5 == 0)

        def loglikelihood_rolling(self, requests, disable_tqdm=False):
            raise NotImplementedError

        def generate_until(self, requests, disable_tqdm=False):
            raise NotImplementedError

        def chat_template(self, chat_template=False):
            return "chatml-smollm2"

        def apply_chat_template(self, chat_history, add_generation_prompt=True):
            turns = [(message["role"], message["content"]) for message in chat_history]
            if turns[0][0] != "system":
                turns.insert(0, ("system", "You are a helpful AI assistant named SmolLM, trained by Hugging Face"))
            text = "".join(f"<|im_start|>{role}\n{content}<|im_end|>\n" for role, content in turns)
            return text + ("<|im_start|>assistant\n" if add_generation_prompt else "")

    return Scorer()


def without_places(value):
    """Functions by their names, in the place of their source or their address."""
    if isinstance(value, dict):
        return {key: without_places(item) for key, item in value.items()}
    function = re.match(r"def (\w+)\(|<function (\w+) at ", value) if isinstance(value, str) else None
    return function[1] or function[2] if function else value


def run(name, tasks, configurations, out, target):
    import lm_eval
    from lm_eval.loggers import EvaluationTracker
    from lm_eval.tasks import TaskManager

    count, is_chat, as_turns, instruction = RUNS[name]
    tracker = EvaluationTracker(output_path=str(out / name))
    results = lm_eval.simple_evaluate(
        model=scorer(), tasks=tasks, num_fewshot=count, log_samples=True, evaluation_tracker=tracker,
        apply_chat_template=is_chat, fewshot_as_multiturn=as_turns, system_instruction=instruction,
        task_manager=TaskManager(include_path=str(configurations), include_defaults=False))
    samples = results.pop("samples")
    tracker.save_results_aggregated(results=results, samples=samples)
    for task in tasks:
        tracker.save_results_samples(task_name=task, samples=samples[task])
    target.mkdir(parents=True)
    for task in tasks:
        [path] = (out / name).rglob(f"samples_{task}_*.jsonl")
        shutil.copy(path, target / f"samples_{task}.jsonl")
    [path] = (out / name).rglob("results_*.json")
    content = json.loads(path.read_text(encoding="utf-8"))
    content = {key: value for key, value in content.items() if key not in OF_THE_MACHINE}
    for configuration in content["configs"].values():
        del configuration["dataset_kwargs"], configuration["metadata"]["config_source"]
    content["configs"] = without_places(content["configs"])
    (target / "results.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    with tempfile.TemporaryDirectory() as temporary:
        out = pathlib.Path(temporary)
        environment(out)

        import lm_eval
        from run_harness import copy_tasks

        if lm_eval.__version__ != "0.4.13":
            sys.exit(f"lm_eval is {lm_eval.__version__}; 0.4.13 is needed")
        for name in ["rows", *RUNS]:
            shutil.rmtree(folder / name, ignore_errors=True)
        tasks = write_rows(folder / "rows")
        package = pathlib.Path(lm_eval.__file__).parent / "tasks"
        configurations = copy_tasks(package, folder / "rows", out, tasks)
        for name in RUNS:
            run(name, tasks, configurations, out, folder / name)


main()
