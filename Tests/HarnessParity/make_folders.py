"""Makes output folders with the installed lm-evaluation-harness, any version from 0.4.0 to 0.4.13, and a stand-in model.

    python make_folders.py OUT [--draws 20] [--json] [--few]

Each draw is one run of the harness's own command line, with --log_samples, on rows and a model that depend on the draw
alone: ARC with its two metrics, GSM8K with its two filters, two groups of two subjects of MMLU, and four tasks that replicate
does not know, in two groups of one group. Nothing is downloaded. The folder of draw N is OUT/N, imported by

    replicate import OUT/N --task-map $(cat OUT/task-map)

and every one of them has to end with 0. --json names the output N/named.json, as --output_path NAME.json does; --few makes
folders of a few documents without what tells of this machine, as the project's fixtures are (Tests/RecordsTests/
Fixtures/interchange/harness-VERSION is the folder 0 of VERSION). The version comes from the environment that runs this
file; several are installed side by side in several virtual environments.
"""

import argparse
import json
import os
import pathlib
import random
import re
import sys
import types

UNKNOWN = {"boolean": "facts", "colour": "facts", "odd": "numbers", "even": "numbers"}
SUBJECTS = {"anatomy": "stem", "astronomy": "stem", "virology": "other", "nutrition": "other"}
WORDS = "ice sun tea stone fire salt moon iron wool rain".split()


def prepare():
    """Keeps every library off the network, and stands in for what old versions want of other packages at import."""
    for name in ["HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE"]:
        os.environ[name] = "1"
    import datasets
    import evaluate
    import transformers

    def exact_match(predictions, references, regexes_to_ignore=None, ignore_case=False, ignore_punctuation=False, **_):
        import string

        import numpy
        table = str.maketrans("", "", string.punctuation)

        def clean(text):
            for pattern in regexes_to_ignore or []:
                text = re.sub(pattern, "", text)
            text = text.lower() if ignore_case else text
            return text.translate(table) if ignore_punctuation else text
        return {"exact_match": numpy.mean([clean(a) == clean(b) for a, b in zip(predictions, references)])}

    load = evaluate.load
    # Versions until 0.4.2 load this metric from the hub when they are imported.
    evaluate.load = lambda name, *rest, **more: (
        types.SimpleNamespace(compute=exact_match) if name == "exact_match" else load(name, *rest, **more))
    # What one of 0.4.0's tasks imports, and newer packages no longer have.
    datasets.load_metric = getattr(datasets, "load_metric", None)
    for name in ["transformers.data.metrics", "transformers.data.metrics.squad_metrics"]:
        try:
            __import__(name)
        except ImportError:
            sys.modules[name] = types.ModuleType(name)
            sys.modules[name].squad_metrics = None
    if not hasattr(transformers, "AutoModelForVision2Seq"):
        transformers.AutoModelForVision2Seq = transformers.AutoModelForImageTextToText


def write_rows(folder, draw, few):
    """Rows of every task, drawn anew."""
    def number(low, high):
        return draw.randint(2, 3) if few else draw.randint(low, high)

    def phrase():
        return " ".join(draw.choice(WORDS) for _ in range(draw.randint(1, 3)))

    def save(name, rows):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))

    count = number(8, 20)
    arc = []
    for index in range(count):
        places = draw.randint(3, 5)
        arc.append({"id": f"r{index}", "question": f"Which is {phrase()}, no. {index}?",
                    "choices": {"text": [f"{phrase()} {place}" for place in range(places)],
                                "label": list("ABCDE"[:places])},
                    "answerKey": draw.choice("ABCDE"[:places])})
    save("arc", arc)
    sums = [(index, draw.randint(0, 2000)) for index in range(number(6, 15))]
    save("gsm8k", [{"question": f"{a} + {b}?", "answer": f"So.\n#### {a + b:,}"} for a, b in sums])
    for subject in SUBJECTS:
        save(subject, [{"question": f"{phrase()} {index}?", "subject": subject, "choices": [phrase() for _ in range(4)],
                        "answer": draw.randint(0, 3)} for index in range(number(4, 12))])
    for task in UNKNOWN:
        save(task, [{"passage": phrase(), "question": f"{phrase()} {index}", "label": draw.randint(0, 1)}
                    for index in range(number(5, 30))])


def write_tasks(folder, data, version):
    """Task configurations in the version's own form."""
    def save(name, lines, rows):
        source = ["dataset_path: json", "dataset_kwargs:", "  data_files:", f"    test: {json.dumps(str(data / rows))}",
                  "test_split: test"] if rows else []
        (folder / f"{name}.yaml").write_text("\n".join(lines + source) + "\n")

    def metrics(*names):
        return ["metric_list:"] + [line for name in names
                                   for line in (f"  - metric: {name}", "    aggregation: mean", "    higher_is_better: true")]

    save("local_arc", [
        "task: local_arc", "output_type: multiple_choice", 'doc_to_text: "Question: {{question}}\\nAnswer:"',
        'doc_to_target: "{{choices.label.index(answerKey)}}"', 'doc_to_choice: "{{choices.text}}"',
        *metrics("acc", "acc_norm"), "metadata:", "  version: 1.0"], "arc.jsonl")
    # 0.4.0 has no filter of the last number, and its only one another name.
    strict, flexible = ("get-answer", []) if version < (0, 4, 1) else ("strict-match", [
        '  - name: "flexible-extract"', "    filter:", '      - function: "regex"', "        group_select: -1",
        '        regex_pattern: "(-?[$0-9.,]{2,})|(-?[0-9]+)"', '      - function: "take_first"'])
    save("local_gsm8k", [
        "task: local_gsm8k", "output_type: generate_until", 'doc_to_text: "Question: {{question}}\\nAnswer:"',
        'doc_to_target: "{{answer}}"', "metric_list:", "  - metric: exact_match", "    aggregation: mean",
        "    higher_is_better: true", "    ignore_case: true", "    ignore_punctuation: false", "    regexes_to_ignore:",
        '      - ","', '      - "\\\\$"', '      - "(?s).*#### "', '      - "\\\\.$"', "generation_kwargs:", "  until:",
        '    - "Question:"', "  do_sample: false", "filter_list:", f'  - name: "{strict}"', "    filter:",
        '      - function: "regex"', '        regex_pattern: "#### (\\\\-?[0-9\\\\.\\\\,]+)"', '      - function: "take_first"',
        *flexible, "metadata:", "  version: 3.0"], "gsm8k.jsonl")
    is_old = version < (0, 4, 4)

    def member_of(group):
        return [f"group: local_{group}"] if is_old else []

    for task, group in UNKNOWN.items():
        # A metric that only one member of a group has, and one that is no mean of scores and has no error, which groups of
        # 0.4.0 do not stand.
        more = {"colour": metrics("acc_norm")[1:], "even": [] if version < (0, 4, 1) else [
            "  - metric: brier_score", "    higher_is_better: false"]}
        save(f"local_{task}", [
            f"task: local_{task}", *member_of(group), "output_type: multiple_choice",
            'doc_to_text: "{{passage}}: {{question}}?"', "doc_to_target: label", 'doc_to_choice: ["no", "yes, it is"]',
            *metrics("acc"), *more.get(task, []), "metadata:", "  version: 2.0"], f"{task}.jsonl")
    for subject, group in SUBJECTS.items():
        save(f"local_{subject}", [
            f"task: local_{subject}", *member_of(group), "output_type: multiple_choice",
            'doc_to_text: "{{question.strip()}}\\nA. {{choices[0]}}\\nB. {{choices[1]}}\\nC. {{choices[2]}}\\nD. {{choices[3]}}\\nAnswer:"',
            'doc_to_choice: ["A", "B", "C", "D"]', "doc_to_target: answer", *metrics("acc"),
            "metadata:", "  version: 1.0"], f"{subject}.jsonl")
    groups = {"mmlu": ["stem", "other"], "world": ["facts", "numbers"]}
    if not is_old:
        for task, group in [*SUBJECTS.items(), *UNKNOWN.items()]:
            groups.setdefault(group, []).append(task)
    for group, members in groups.items():
        lines = [f"group: local_{group}", "task:"] + [f"  - local_{member}" for member in members]
        if not is_old:
            # Only these versions know means of tasks that do not weigh their sizes.
            lines += ["aggregate_metric_list:", "  - metric: acc", f"    weight_by_size: {group != 'numbers'}".lower()]
            lines += ["  - metric: acc_norm", "    weight_by_size: false"] if group == "facts" else []
            lines += ["metadata:", "  version: 2"]
        save(f"_local_{group}", lines, None)


def leave_out_own_tasks(harness):
    """Keeps the harness from reading the thousands of its own tasks for every draw, where it can be told not to."""
    import inspect

    import lm_eval.tasks
    manager = getattr(lm_eval.tasks, "TaskManager", None)
    if manager and "include_defaults" in inspect.signature(manager.__init__).parameters:
        initialise = manager.__init__
        manager.__init__ = lambda *rest, **more: initialise(*rest, **{**more, "include_defaults": False})
    if hasattr(harness, "initialize_tasks"):
        harness.initialize_tasks = lambda *rest, **more: None


def register_model():
    """A model whose answers are drawn from the seed in its arguments and the request."""
    from lm_eval.api.model import LM
    from lm_eval.api.registry import register_model

    @register_model("standin")
    class StandIn(LM):
        def __init__(self, seed=0, **_):
            super().__init__()
            self.seed = int(seed)

        @classmethod
        def create_from_arg_string(cls, arguments, more=None):
            return cls(**dict(part.split("=") for part in arguments.split(",")))

        @classmethod
        def create_from_arg_obj(cls, arguments, more=None):
            return cls(**arguments)

        def drawn(self, request):
            return random.Random(f"{self.seed} {request.args[0]} {request.args[1]}")

        def loglikelihood(self, requests, **_):
            draws = [self.drawn(request) for request in requests]
            # Steps of a half give ties.
            return [(-draw.randint(1, 60) / 2, draw.random() < 0.2) for draw in draws]

        def loglikelihood_rolling(self, requests, **_):
            raise NotImplementedError

        def generate_until(self, requests, **_):
            texts = []
            for request in requests:
                draw = self.drawn(request)
                a, b = map(int, re.search(r"(\d+) \+ (\d+)", request.args[0]).groups())
                number = a + b + draw.choice([0, 0, 1])
                texts.append(draw.choice([f" It is {number}.\n#### {number}", f" ${number}", " no idea", f" {number}, or 1,000."]))
            return texts


def forget_machine(folder, work):
    """Takes out of results where and on what they were made."""
    for path in folder.rglob("*.json*"):
        content = path.read_text(encoding="utf-8")
        if '"results":' not in content[:20]:
            continue
        results = json.loads(content.replace(str(work), "work"))
        results.pop("pretty_env_info", None)
        path.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--version", help="where the package does not say it")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--few", action="store_true")
    arguments = parser.parse_args()
    prepare()
    import importlib.metadata

    import lm_eval.__main__ as harness
    text = arguments.version or importlib.metadata.version("lm_eval")
    version = tuple(int(part) for part in text.split(".")[:3])
    register_model()
    leave_out_own_tasks(harness)
    out = arguments.out.resolve()
    names = {"local_arc": "arc_challenge", "local_gsm8k": "gsm8k", "local_mmlu": "mmlu", "local_stem": "mmlu_stem",
             "local_other": "mmlu_other", **{f"local_{subject}": f"mmlu_{subject}" for subject in SUBJECTS}}
    out.mkdir(parents=True, exist_ok=True)
    (out / "task-map").write_text(" ".join(f"{theirs}={ours}" for theirs, ours in names.items()) + "\n")
    for number in range(arguments.draws):
        work = out / "work" / str(number)
        (work / "tasks").mkdir(parents=True, exist_ok=True)
        write_rows(work, random.Random(number), arguments.few)
        write_tasks(work / "tasks", work, version)
        target = out / str(number)
        # A process for each: some versions keep the tasks of the first draw.
        if child := os.fork():
            if os.waitpid(child, 0)[1]:
                sys.exit(f"draw {number} failed")
            if arguments.few:
                forget_machine(target, work)
            continue
        sys.argv = ["lm_eval", "--model", "standin", "--model_args", f"seed={number}", "--tasks",
                    "local_arc,local_gsm8k,local_mmlu,local_world", "--include_path", str(work / "tasks"), "--num_fewshot",
                    "0", "--log_samples", "--output_path", str(target / "named.json" if arguments.json else target)]
        harness.cli_evaluate()
        sys.stdout.flush()
        os._exit(0)
    print(f"{arguments.draws} folders of {text} in {out}")


if __name__ == "__main__":
    main()
