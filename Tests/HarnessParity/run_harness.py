"""Runs the real lm-evaluation-harness, offline and on the CPU in fp32, on local rows.

    python run_harness.py MODEL_FOLDER DATA OUT --tasks mmlu,mmlu_anatomy,arc_challenge,hellaswag,gsm8k,ifeval,aime24,aime25
        [--limit N] [--num-fewshot K] [--apply-chat-template] [--single-turn] [--batch-size B]
        [--gen-kwargs max_gen_toks=256] [--threads 2]

The tasks are the harness's own configurations, copied at run time from the installed package under their own names; only
where the rows come from is changed, to DATA/<task>/<split>.jsonl. Each task is one call of the harness with one loaded
model, so OUT/<model>/ receives one results_<date>.json a task beside the samples_<task>_<date>.jsonl. A task whose
samples are there is left out, so that a broken run can be continued. Besides

  OUT/timings.jsonl            a line a task: documents, requests, batch size, threads; seconds of the whole evaluation,
                               loading the model excluded, and of the requests alone
  OUT/tokens_<task>.jsonl      a line a request: the token ids of context and continuation, or of prompt and generated text

langdetect is seeded with 0, which the harness does not do: without it IFEval's verdicts may change from run to run.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import time

# The folder of each task's configuration, and the file where it is not named by the task.
TASKS = {"mmlu": "mmlu/default", "arc_challenge": "arc", "hellaswag": "hellaswag", "gsm8k": "gsm8k", "ifeval": "ifeval",
         "aime24": "aime", "aime25": "aime", "aime": "aime", "winogrande": "winogrande", "medqa_4options": "medqa",
         "medmcqa": "medmcqa", "pubmedqa": "pubmedqa"}
FILES = {"winogrande": "default.yaml", "medqa_4options": "medqa.yaml"}


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--tasks", required=True)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--num-fewshot", type=int)
    parser.add_argument("--apply-chat-template", action="store_true")
    parser.add_argument("--single-turn", action="store_true", help="few-shot examples in one user turn")
    parser.add_argument("--batch-size", type=int, default=1)
    parser.add_argument("--gen-kwargs", help="name=value,…")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    arguments.tasks = arguments.tasks.split(",")
    for task in arguments.tasks:
        if task not in TASKS and not task.startswith("mmlu_"):
            parser.error(f"{task} is none of {', '.join(TASKS)}")
    return arguments


def prepare_environment(arguments):
    """Keeps every library off the network and its caches in OUT; has to come before the imports."""
    caches = (arguments.out / "caches").resolve()
    for name in ["HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"]:
        os.environ[name] = "1"
    os.environ["HF_HOME"] = str(caches)
    os.environ["HF_DATASETS_CACHE"] = str(caches / "datasets")
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    os.environ.setdefault("NLTK_DATA", str((arguments.data.parent / "nltk_data").resolve()))


def localised(text, data_files):
    """A task configuration that reads local files: without dataset_name, with dataset_path json."""
    lines = [line for line in text.split("\n") if not re.match(r'"?(dataset_name|dataset_path)"?:', line)]
    if data_files:
        lines += ["dataset_path: json", "dataset_kwargs:", "  data_files:"]
        lines += [f"    {split}: {json.dumps(str(path))}" for split, path in data_files.items()]
    return "\n".join(lines) + "\n"


def splits(folder):
    """The files of a data set; an absent split stays absent."""
    return {path.stem: path.resolve() for path in sorted(folder.glob("*.jsonl"))}


def split_by_subject(data, out):
    """One folder a subject from MMLU's files of all subjects."""
    for split, path in splits(data / "mmlu").items():
        subjects = {}
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line:
                subjects.setdefault(json.loads(line)["subject"], []).append(line + "\n")
        for subject, lines in subjects.items():
            (out / subject).mkdir(parents=True, exist_ok=True)
            (out / subject / f"{split}.jsonl").write_text("".join(lines), encoding="utf-8")


def copy_tasks(package, data, out, num_fewshot):
    """Copies the configurations of TASKS from the package to a folder, made local, and returns the folder."""
    folder = out / "tasks"
    shutil.rmtree(folder, ignore_errors=True)
    split_by_subject(data, out / "mmlu")
    for task, source in TASKS.items():
        target = folder / source
        target.mkdir(parents=True, exist_ok=True)
        for path in sorted((package / source).glob("*")):
            if path.suffix == ".py":
                shutil.copy(path, target)
        if task == "mmlu":
            for path in sorted((package / source).glob("*yaml")):
                subject = re.search(r'^"dataset_name": "(.*)"$', path.read_text(), re.MULTILINE)
                files = splits(out / "mmlu" / subject[1]) if subject else {}
                (target / path.name).write_text(localised(path.read_text(), files))
            continue
        files = splits(data / task)
        if not files:
            continue
        texts = {f"{task}.yaml": localised((package / source / FILES.get(task, f"{task}.yaml")).read_text(), files)}
        if task == "arc_challenge":
            texts["arc_easy.yaml"] = localised((package / source / "arc_easy.yaml").read_text(), {})
        for name, text in texts.items():
            if not num_fewshot:
                # The harness opens the few-shot pool even when it takes no example from it.
                text = re.sub(r"^(?:training|validation|fewshot)_split: (.*)\n",
                              lambda line: line[0] if line[1] in files else "", text, flags=re.MULTILINE)
            (target / name).write_text(text)
    return folder


class Recorder:
    """Wraps the methods of the harness's model: counts and times requests and keeps their token ids."""

    def __init__(self, model):
        self.requests = 0
        self.seconds = 0.0
        self.records = []
        self.contexts = []
        for name in ["loglikelihood", "generate_until"]:
            setattr(model, name, self.timed(getattr(model, name)))
        model._loglikelihood_tokens = self.scored(model._loglikelihood_tokens)
        model.tok_batch_encode = self.encoded(model.tok_batch_encode)
        model._model_generate = self.generated(model._model_generate)

    def timed(self, method):
        def call(requests, *arguments, **options):
            start = time.perf_counter()
            result = method(requests, *arguments, **options)
            self.seconds += time.perf_counter() - start
            self.requests += len(requests)
            return result
        return call

    def scored(self, method):
        def call(requests, *arguments, **options):
            results = method(requests, *arguments, **options)
            for ((context, continuation), context_ids, continuation_ids), (value, is_greedy) in zip(requests, results):
                self.records.append({"arg_0": context, "arg_1": continuation, "context_ids": context_ids,
                                     "continuation_ids": continuation_ids, "log_likelihood": value,
                                     "is_greedy": is_greedy})
            return results
        return call

    def encoded(self, method):
        def call(contexts, *arguments, **options):
            self.contexts = list(contexts)
            return method(contexts, *arguments, **options)
        return call

    def generated(self, method):
        def call(context, *arguments, attention_mask, **options):
            result = method(context, *arguments, attention_mask=attention_mask, **options)
            for text, ids, mask, row in zip(self.contexts, context, attention_mask, result):
                self.records.append({"arg_0": text, "prompt_ids": ids[mask.bool()].tolist(),
                                     "generated_ids": row[len(ids):].tolist()})
            return result
        return call

    def take(self):
        """What was recorded since the last call."""
        taken = self.requests, self.seconds, self.records
        self.requests, self.seconds, self.records = 0, 0.0, []
        return taken


def is_done(task, arguments):
    """Whether the samples of a task, or of the last subject of MMLU, are there."""
    folder = arguments.out / re.sub(r"[\"<>:/\|\\?\*\[\]]+", "__", str(arguments.model))
    name = "mmlu_world_religions" if task == "mmlu" else task
    return any(folder.glob(f"samples_{name}_*.jsonl"))


def main():
    arguments = parse()
    arguments.out.mkdir(parents=True, exist_ok=True)
    pending = [task for task in arguments.tasks if not is_done(task, arguments)]
    print(f"{len(arguments.tasks) - len(pending)} of {len(arguments.tasks)} tasks done before", flush=True)
    if not pending:
        return
    prepare_environment(arguments)

    import langdetect
    import lm_eval
    import torch
    import transformers
    from lm_eval.loggers import EvaluationTracker
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager
    from lm_eval.utils import make_table

    langdetect.DetectorFactory.seed = 0
    torch.set_num_threads(arguments.threads)
    package = pathlib.Path(lm_eval.__file__).parent / "tasks"
    tasks = copy_tasks(package, arguments.data, arguments.out / "caches", arguments.num_fewshot)
    settings = {"pretrained": str(arguments.model), "dtype": "float32"}

    # simple_evaluate makes a model from its name; it is given the same one for every task.
    start = time.perf_counter()
    model = HFLM.create_from_arg_obj(
        settings, {"batch_size": arguments.batch_size, "max_batch_size": None, "device": "cpu"})
    print(f"model loaded in {time.perf_counter() - start:.1f} s", flush=True)
    HFLM.create_from_arg_obj = classmethod(lambda cls, *_: model)
    recorder = Recorder(model)
    multiturn = not arguments.single_turn if arguments.apply_chat_template else None

    for task in pending:
        tracker = EvaluationTracker(output_path=str(arguments.out))
        start = time.perf_counter()
        load = os.getloadavg()[0]
        results = lm_eval.simple_evaluate(
            model="hf", model_args=settings, tasks=[task], num_fewshot=arguments.num_fewshot,
            batch_size=arguments.batch_size, device="cpu", limit=arguments.limit, log_samples=True,
            evaluation_tracker=tracker, apply_chat_template=arguments.apply_chat_template,
            fewshot_as_multiturn=multiturn, gen_kwargs=arguments.gen_kwargs,
            task_manager=TaskManager(include_path=str(tasks), include_defaults=False, metadata=settings))
        seconds = time.perf_counter() - start
        samples = results.pop("samples")
        tracker.save_results_aggregated(results=results, samples=samples)
        for name in results["configs"]:
            tracker.save_results_samples(task_name=name, samples=samples[name])
        requests, request_seconds, records = recorder.take()
        documents = sum(count["effective"] for count in results["n-samples"].values())
        timing = {
            "task": task, "documents": documents, "requests": requests, "batch_size": arguments.batch_size,
            "threads": arguments.threads, "num_fewshot": arguments.num_fewshot,
            "apply_chat_template": arguments.apply_chat_template, "gen_kwargs": arguments.gen_kwargs,
            "seconds": round(seconds, 3), "request_seconds": round(request_seconds, 3),
            "documents_per_second": round(documents / request_seconds, 4),
            "load_average": [round(load, 2), round(os.getloadavg()[0], 2)],
            "versions": {"lm_eval": lm_eval.__version__, "torch": torch.__version__,
                         "transformers": transformers.__version__},
        }
        with open(arguments.out / "timings.jsonl", "a") as file:
            file.write(json.dumps(timing) + "\n")
        with open(arguments.out / f"tokens_{task}.jsonl", "w") as file:
            for record in records:
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
        print(f"{task}: {documents} documents, {requests} requests, {seconds:.1f} s, requests {request_seconds:.1f} s, "
              f"{documents / request_seconds:.2f} documents/s at batch {arguments.batch_size}", flush=True)
        print(make_table(results), flush=True)


if __name__ == "__main__":
    main()
