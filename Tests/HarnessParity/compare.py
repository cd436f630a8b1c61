"""Compares two output folders of lm-evaluation-harness, or of a program that writes what it writes, document by document.

    python compare.py OURS THEIRS [--tasks a,b] [--model FOLDER] [--write-ties FILE] [--ties FILE]

Every task of THEIRS has to be in OURS; of a task that is there several times the newest counts. Equal have to be:
the documents and their columns, prompts (byte for byte), continuations, generation settings, targets, filters, hashes,
is_greedy, generated texts, filtered answers, every score, and in the results file the metrics and standard errors (1e-9),
versions, shots, sample counts, higher_is_better, group_subtasks and task_hashes; log-likelihoods to 1e-3. The key
"replicate" of a sample and clustered standard errors, which only OURS may have, are passed over.

A difference may come from a tie, where the last bits of a sum decide. Ties are listed and count as differences unless
FILE of --ties names them (--write-ties writes such a file, to be read before it is used). A tie is
  choice       the best two choices of a document are closer than 1e-3 in both folders, and the two sides differ in which is best
  generation   texts differ, and where they part the model's logits of the two tokens are closer than 1e-3 (--model)
  greedy       is_greedy differs, and a token of the continuation is closer than 1e-3 to the largest logit (--model)
  precision    log-likelihoods differ by more than 1e-3, and the model in fp64 gives OURS to 1e-4 (--model): the harness
               sums logarithms of an fp32 softmax, which is off by up to 3e-5 a token for 262,144 classes
With --model FOLDER, transformers computes these logits, in fp32 but for the last kind, from the tokens_<task>.jsonl in THEIRS or its parent folder.
Scores, filtered answers and means that differ only because of allowed ties are reported as their consequence.

Exit status: 0 equal (but for allowed ties), 1 different, 2 nothing to compare.
"""

import argparse
import collections
import json
import math
import pathlib
import sys

LIKELIHOOD = 1e-3
NUMBER = 1e-9
TIE = 1e-3
EXACT = 1e-4
SHOWN = 5
SAMPLE_KEYS = {"doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics", "doc_hash",
               "prompt_hash", "target_hash"}
# What replicate writes besides: an object in each sample, a standard error more in the results.
OWN_SAMPLE_KEY, OWN_RESULT = "replicate", "_clustered_stderr,"
SECTIONS = ["results", "groups", "group_subtasks", "versions", "n-shot", "higher_is_better", "n-samples", "task_hashes"]
NOTED = ["chat_template", "chat_template_sha", "fewshot_as_multiturn", "system_instruction", "max_length", "eot_token_id",
         "tokenizer_pad_token", "tokenizer_eos_token", "tokenizer_bos_token", "lm_eval_version"]
NOTED_CONFIG = ["task", "task_alias", "description", "target_delimiter", "fewshot_delimiter", "num_fewshot", "output_type",
                "repeats", "generation_kwargs", "metric_list", "filter_list"]


class Run:
    """An output folder: of every task the newest samples, of every section of the results file the newest entry."""

    def __init__(self, path):
        files = sorted(path.rglob("results_*.json"), key=lambda file: file.stem.rsplit("_", 1)[1])
        if not files:
            print(f"{path} holds no results_<date>.json")
            sys.exit(2)
        self.path = path
        self.sections = collections.defaultdict(dict)
        for file in files:
            results = json.loads(file.read_text(encoding="utf-8"))
            for name in [*SECTIONS, "configs"]:
                self.sections[name].update(results.get(name) or {})
            self.top = results
        self.samples = {}
        for file in sorted(path.rglob("samples_*.jsonl"), key=lambda file: file.stem.rsplit("_", 1)[1]):
            self.samples[file.stem.removeprefix("samples_").rsplit("_", 1)[0]] = file

    def read(self, task):
        """The samples of a task by filter and document; two of one name are kept as a fault."""
        rows = {}
        for line in self.samples[task].read_text(encoding="utf-8").split("\n"):
            if line:
                row = json.loads(line)
                key = (row["filter"], row["doc_id"])
                if key in rows:
                    key = (row["filter"], f"{row['doc_id']} again")
                rows[key] = row
        return rows


class TieJudge:
    """Asks the model for the logits where two sides part."""

    def __init__(self, model, theirs):
        self.folder, self.theirs = model, theirs
        self.model, self.exact = None, None
        self.records = {}

    def load(self, task):
        if self.folder is None:
            return False
        name = "mmlu" if task.startswith("mmlu_") else task
        if name not in self.records:
            places = [self.theirs, self.theirs.parent]
            files = [f for place in places for f in [place / f"tokens_{name}.jsonl"] if f.exists()]
            self.records[name] = {}
            for line in files[0].read_text(encoding="utf-8").split("\n") if files else []:
                if line:
                    record = json.loads(line)
                    key = (record["arg_0"], record.get("arg_1"))
                    self.records[name][key] = record
        if self.model is None:
            import torch
            from transformers import AutoModelForCausalLM, AutoTokenizer
            self.torch = torch
            self.tokenizer = AutoTokenizer.from_pretrained(self.folder, local_files_only=True)
            self.model = AutoModelForCausalLM.from_pretrained(self.folder, dtype=torch.float32, local_files_only=True)
            ids = self.model.generation_config.eos_token_id
            self.end_ids = set(ids if isinstance(ids, list) else [ids])
        self.task = name
        return True

    def logits(self, ids, first):
        """Logits at the positions from `first` on, a row each."""
        with self.torch.no_grad():
            return self.model(input_ids=self.torch.tensor([ids])).logits[0, first:]

    def likelihood(self, task, prompt, continuation):
        """The log-likelihood of a continuation by the model in fp64; None where the tokens are not known."""
        if not self.load(task) or (prompt, continuation) not in self.records[self.task]:
            return None
        if self.exact is None:
            self.exact = type(self.model).from_pretrained(self.folder, dtype=self.torch.float64, local_files_only=True)
        record = self.records[self.task][(prompt, continuation)]
        ids = record["context_ids"] + record["continuation_ids"]
        with self.torch.no_grad():
            logits = self.exact(input_ids=self.torch.tensor([ids[:-1]])).logits[0, len(record["context_ids"]) - 1:]
        chosen = self.torch.tensor(record["continuation_ids"])[:, None]
        return float(self.torch.log_softmax(logits, -1).gather(1, chosen).sum())

    def text(self, ids):
        return self.tokenizer.decode(ids, skip_special_tokens=True)

    def generation_gap(self, task, prompt, ours, theirs):
        """How far apart the logits of the two tokens are where the texts part; None where that cannot be said."""
        if not self.load(task) or (prompt, None) not in self.records[self.task]:
            return None
        record = self.records[self.task][(prompt, None)]
        # In a batch, padding follows the token that ended a text.
        generated = record["generated_ids"]
        end = next((k + 1 for k, token in enumerate(generated) if token in self.end_ids), len(generated))
        generated = generated[:end]
        logits = self.logits(record["prompt_ids"] + generated, len(record["prompt_ids"]) - 1)
        last = max(k for k in range(len(generated) + 1) if ours.startswith(self.text(generated[:k]).rstrip("\ufffd")))
        gaps = []
        for k in range(max(0, last - 3), min(last + 1, len(generated))):
            start = self.text(generated[:k])
            if not ours.startswith(start.rstrip("\ufffd")):
                continue
            row = logits[k]
            for token in row.topk(5).indices.tolist():
                # Another token that leads on to our text; at our text's end, any other that may have ended it.
                candidate = self.text(generated[:k] + [token]).rstrip("\ufffd")
                if token != generated[k] and (ours.startswith(candidate) or start.startswith(ours)):
                    gaps.append(abs(float(row[token]) - float(row[generated[k]])))
        return min(gaps, default=None)

    def greedy_gap(self, task, prompt, continuation):
        """The smallest distance of a token of the continuation to the best other token."""
        if not self.load(task) or (prompt, continuation) not in self.records[self.task]:
            return None
        record = self.records[self.task][(prompt, continuation)]
        ids = record["context_ids"] + record["continuation_ids"]
        rows = self.logits(ids[:-1], len(record["context_ids"]) - 1)
        gaps = []
        for row, token in zip(rows, record["continuation_ids"]):
            best = row.topk(2)
            other = best.values[1] if int(best.indices[0]) == token else best.values[0]
            gaps.append(abs(float(other) - float(row[token])))
        return min(gaps)


class TaskComparison:
    """Everything in which one task differs."""

    def __init__(self, task, judge, allowed, delimiter):
        """`delimiter`: how many characters of a continuation are not of the choice: a blank, in plain prompts."""
        self.task, self.judge, self.allowed, self.delimiter = task, judge, allowed, delimiter
        self.differences = collections.defaultdict(list)
        self.ties = []
        self.excused = set()
        self.documents = 0
        self.largest = 0.0

    def differ(self, kind, document, text):
        self.differences[kind].append(f"doc {document}: {text}")

    def tie(self, kind, document, gap, text):
        """Lists a tie; excuses it where it is allowed, else counts it."""
        entry = {"task": self.task, "doc_id": document, "kind": kind, "gap": gap}
        self.ties.append((entry, text))
        if (self.task, document, kind) in self.allowed:
            self.excused.add(document)
        else:
            self.differ(f"tie ({kind})", document, text)

    def compare(self, ours, theirs):
        missing = [key for key in theirs if key not in ours]
        extra = [key for key in ours if key not in theirs]
        for name, keys in [("missing", missing), ("extra", extra)]:
            if keys:
                self.differences[name].append(f"{len(keys)} samples, the first: filter {keys[0][0]}, document {keys[0][1]}")
        if not missing and not extra and list(ours) != list(theirs):
            self.differences["order"].append("the samples are the same but in another order")
        self.documents = len({document for _, document in theirs})
        for key in theirs:
            if key in ours:
                self.compare_sample(key[1], ours[key], theirs[key])

    def compare_sample(self, document, ours, theirs):
        excused = document in self.excused
        if ours.get("doc") != theirs.get("doc") or json.dumps(ours.get("doc")) != json.dumps(theirs.get("doc")):
            self.differ("doc columns", document, first_difference(json.dumps(ours.get("doc"), ensure_ascii=False),
                                                                  json.dumps(theirs.get("doc"), ensure_ascii=False)))
        for name in ["target", "metrics"]:
            if ours.get(name) != theirs.get(name):
                self.differ(name, document, f"{ours.get(name)!r} for {theirs.get(name)!r}")
        for name in ["doc_hash", "prompt_hash", "target_hash"]:
            if ours.get(name) != theirs.get(name):
                self.differ(name, document, f"{ours.get(name)} for {theirs.get(name)}")
        self.compare_arguments(document, ours.get("arguments") or {}, theirs["arguments"])
        if isinstance(theirs["filtered_resps"][0], list):
            excused |= self.compare_likelihoods(document, ours, theirs)
        else:
            excused |= self.compare_texts(document, ours, theirs)
        names = [name for name in dict.fromkeys([*theirs, *ours]) if name not in SAMPLE_KEYS | {OWN_SAMPLE_KEY}]
        for name in names:
            if not same(ours.get(name), theirs.get(name)):
                kind = "consequence of an allowed tie" if excused else name
                self.differ(kind, document, f"{name} {short(ours.get(name))} for {short(theirs.get(name))}")

    def compare_arguments(self, document, ours, theirs):
        if list(ours) != list(theirs):
            self.differ("arguments", document, f"requests {list(ours)} for {list(theirs)}")
            return
        for request, argument in theirs.items():
            for name, value in argument.items():
                found = ours[request].get(name)
                if found == value:
                    continue
                if isinstance(value, dict) and isinstance(found, dict):
                    for option in dict.fromkeys([*value, *found]):
                        if found.get(option, "absent") != value.get(option, "absent"):
                            self.differ(f"generation setting {option}", document,
                                        f"{found.get(option, 'absent')!r} for {value.get(option, 'absent')!r}")
                else:
                    kind = "prompt" if name == "arg_0" else "continuation"
                    self.differ(kind, document, f"{request}: {first_difference(str(found), str(value))}")

    def compare_likelihoods(self, document, ours, theirs):
        """True where an allowed tie excuses a difference in score."""
        left, right = answers(ours, "filtered_resps"), answers(theirs, "filtered_resps")
        if left is None or len(left) != len(right):
            self.differ("log-likelihood", document, f"{ours.get('filtered_resps')!r} for {theirs['filtered_resps']!r}")
            return False
        if answers(ours, "resps") != left:
            self.differ("log-likelihood", document, "resps and filtered_resps are not the same")
        for index, ((value, greedy), (expected, expected_greedy)) in enumerate(zip(left, right)):
            error = abs(value - expected) if math.isfinite(value) and math.isfinite(expected) else math.inf
            self.largest = max(self.largest, error)
            if error > LIKELIHOOD:
                self.judge_likelihood(document, index, value, expected, theirs)
            if greedy != expected_greedy:
                self.judge_greedy(document, index, greedy, expected_greedy, theirs)
        return self.judge_choice(document, ours, theirs, left, right)

    def judge_likelihood(self, document, index, value, expected, theirs):
        request = theirs["arguments"][f"gen_args_{index}"]
        exact = self.judge.likelihood(self.task, request["arg_0"], request["arg_1"])
        text = f"choice {index}: {value:.6f} for {expected:.6f}"
        if exact is not None and abs(value - exact) <= EXACT:
            self.tie("precision", document, abs(value - exact), f"{text}, in fp64 {exact:.6f}")
        else:
            self.differ("log-likelihood", document, text + ("" if exact is None else f", in fp64 {exact:.6f}"))

    def judge_greedy(self, document, index, found, expected, theirs):
        request = theirs["arguments"][f"gen_args_{index}"]
        gap = self.judge.greedy_gap(self.task, request["arg_0"], request["arg_1"])
        text = f"choice {index}: is_greedy {found} for {expected}"
        if gap is not None and gap < TIE:
            self.tie("greedy", document, gap, f"{text}, logits {gap:.2e} apart")
        else:
            measured = "" if gap is None else f", logits {gap:.2e} apart"
            self.differ("is_greedy", document, text + measured)

    def judge_choice(self, document, ours, theirs, left, right):
        lengths = [1.0] * len(right)
        for name, divide in [("acc", False), ("acc_norm", True)]:
            if ours.get(name) == theirs.get(name) or name not in ours or name not in theirs:
                continue
            if divide:
                texts = [request["arg_1"] for request in theirs["arguments"].values()]
                lengths = [max(1, len(text) - self.delimiter) for text in texts]
            gaps = []
            for values in (left, right):
                ranked = sorted((value / length for (value, _), length in zip(values, lengths)), reverse=True)
                gaps.append(ranked[0] - ranked[1])
            if max(gaps) < TIE:
                self.tie("choice", document, max(gaps),
                         f"{name} {ours[name]} for {theirs[name]}, the best two choices are {max(gaps):.2e} apart")
                if document in self.excused:
                    return True
        return False

    def compare_texts(self, document, ours, theirs):
        """True where an allowed tie excuses a difference in score."""
        left, right = ours.get("resps"), theirs["resps"]
        if left == right:
            if ours.get("filtered_resps") != theirs["filtered_resps"]:
                self.differ("filtered answer", document, f"{ours.get('filtered_resps')!r} for {theirs['filtered_resps']!r}")
            return False
        try:
            found, expected = left[0][0], right[0][0]
        except (IndexError, TypeError):
            self.differ("generation", document, f"resps is {left!r}")
            return False
        where = first_difference(found, expected)
        gap = self.judge.generation_gap(self.task, theirs["arguments"]["gen_args_0"]["arg_0"], found, expected)
        if gap is not None and gap < TIE:
            if not any(entry["doc_id"] == document for entry, _ in self.ties):
                self.tie("generation", document, gap, f"{where}; logits {gap:.2e} apart")
        else:
            measured = "" if gap is None else f"; logits {gap:.2e} apart"
            self.differ("generation", document, where + measured)
        return document in self.excused


def answers(row, name):
    """[(log-likelihood, is_greedy)] of either form of the responses, or None."""
    try:
        values = [entry[0] if name == "resps" else entry for entry in row[name]]
        return [(float(value), {"True": True, "False": False}[greedy]) for value, greedy in values]
    except (KeyError, TypeError, ValueError, IndexError):
        return None


def first_difference(ours, theirs):
    """Where two texts part, with a few characters of both."""
    position = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
    start = max(0, position - 20)
    return (f"at character {position} (of {len(ours)} and {len(theirs)}): "
            f"{ours[start:position + 30]!r} for {theirs[start:position + 30]!r}")


def same(ours, theirs):
    """Equal, numbers to 1e-9; truth values are no numbers."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in theirs)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    numbers = [isinstance(value, (int, float)) and not isinstance(value, bool) for value in (ours, theirs)]
    if all(numbers):
        return ours == theirs or abs(ours - theirs) <= NUMBER
    return type(ours) is type(theirs) and ours == theirs


def compare_results(ours, theirs, tasks, comparisons):
    """What differs in the results files, entry by entry; the second list holds what allowed ties excuse."""
    differences, excused = [], []
    tied = {task for task, comparison in comparisons.items() if comparison.differences.get("consequence of an allowed tie")}
    for section in SECTIONS:
        expected = {name: value for name, value in theirs.sections[section].items() if tasks is None or name in tasks
                    or any(task.startswith(name) for task in tasks)}
        for name, value in expected.items():
            found = ours.sections[section].get(name)
            if section in ("results", "groups") and isinstance(found, dict):
                found = {key: entry for key, entry in found.items() if OWN_RESULT not in key}
            if same(found, value):
                continue
            excuse = section in ("results", "groups") and any(task == name or task.startswith(name) for task in tied)
            if isinstance(found, dict) and isinstance(value, dict):
                for key in dict.fromkeys([*value, *found]):
                    if not same(found.get(key), value.get(key)):
                        text = f"{section}: {name}: {key} is {found.get(key)!r} for {value.get(key)!r}"
                        (excused if excuse and "," in key else differences).append(text)
            else:
                differences.append(f"{section}: {name} is {found!r} for {value!r}")
        for name in ours.sections[section]:
            if tasks is None and name not in theirs.sections[section]:
                differences.append(f"{section}: {name} is not in the reference")
    return differences, excused


def notes(ours, theirs):
    """Differences in how the runs describe themselves, which no score depends on."""
    for name in NOTED:
        if ours.top.get(name) != theirs.top.get(name):
            yield f"{name}: {short(ours.top.get(name))} for {short(theirs.top.get(name))}"
    for task, config in theirs.sections["configs"].items():
        for name in NOTED_CONFIG:
            found = ours.sections["configs"].get(task, {}).get(name)
            if not same(found, config.get(name)):
                yield f"configs: {task}: {name}: {short(found)} for {short(config.get(name))}"


def short(value):
    text = repr(value)
    return text if len(text) <= 100 else text[:97] + "..."


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ours", type=pathlib.Path)
    parser.add_argument("theirs", type=pathlib.Path)
    parser.add_argument("--tasks", help="compare only these tasks of the reference, joined by commas")
    parser.add_argument("--model", type=pathlib.Path, help="Hugging Face folder that judges ties")
    parser.add_argument("--ties", type=pathlib.Path, help="ties that are allowed, a JSON object a line")
    parser.add_argument("--write-ties", type=pathlib.Path, help="writes the ties that were found")
    parser.add_argument("--all", action="store_true", help="print every difference, not five of a kind")
    return parser.parse_args()


def main():
    arguments = parse()
    ours, theirs = Run(arguments.ours), Run(arguments.theirs)
    allowed = set()
    if arguments.ties:
        for line in arguments.ties.read_text().split("\n"):
            if line:
                entry = json.loads(line)
                allowed.add((entry["task"], entry["doc_id"], entry["kind"]))
    wanted = arguments.tasks.split(",") if arguments.tasks else None
    names = [n for n in theirs.samples if wanted is None or n in wanted or any(n.startswith(w + "_") for w in wanted)]
    if not names:
        print("nothing to compare")
        sys.exit(2)
    judge = TieJudge(arguments.model, arguments.theirs)
    shown = None if arguments.all else SHOWN
    delimiter = 1 if theirs.top.get("chat_template") is None else 0
    failed = False
    comparisons = {}
    for task in names:
        comparison = comparisons[task] = TaskComparison(task, judge, allowed, delimiter)
        if task not in ours.samples:
            comparison.differences["missing"].append("no samples")
        else:
            comparison.compare(ours.read(task), theirs.read(task))
        counted = {k: v for k, v in comparison.differences.items() if k != "consequence of an allowed tie"}
        failed |= bool(counted)
        summary = ", ".join(f"{len(v)} {k}" for k, v in comparison.differences.items()) or "equal"
        likelihood = f", log-likelihoods within {comparison.largest:.1e}" if comparison.largest else ""
        print(f"{'DIFFERENT' if counted else 'ok       '} {task}: {comparison.documents} documents{likelihood}: {summary}")
        for kind, texts in comparison.differences.items():
            for text in texts[:shown]:
                print(f"    {kind}: {text}")
        for entry, text in comparison.ties:
            state = "allowed" if entry["doc_id"] in comparison.excused else "not allowed"
            print(f"    tie ({entry['kind']}, {state}): doc {entry['doc_id']}: {text}")
    extra = sorted(set(ours.samples) - set(theirs.samples)) if wanted is None else []
    if extra:
        print(f"DIFFERENT tasks that the reference lacks: {', '.join(extra)}")
        failed = True
    differences, excused = compare_results(ours, theirs, wanted, comparisons)
    failed |= bool(differences)
    entries = sum(len(theirs.sections[section]) for section in SECTIONS)
    print(f"{'DIFFERENT' if differences else 'ok       '} results: {entries} entries: {len(differences)} differ, "
          f"{len(excused)} because of allowed ties")
    for text in [*differences[:shown], *(f"{text} (allowed tie)" for text in excused)]:
        print(f"    {text}")
    remarks = list(notes(ours, theirs))
    for text in remarks[:shown]:
        print(f"    note: {text}")
    if len(remarks) > len(remarks[:shown]):
        print(f"    note: and {len(remarks) - SHOWN} more (--all)")
    if arguments.write_ties:
        lines = [json.dumps(entry) + "\n" for comparison in comparisons.values() for entry, _ in comparison.ties]
        arguments.write_ties.write_text("".join(lines))
    ties = sum(len(comparison.ties) for comparison in comparisons.values())
    documents = sum(comparison.documents for comparison in comparisons.values())
    largest = max(comparison.largest for comparison in comparisons.values())
    print(f"{'different' if failed else 'equal'}: {len(names)} tasks, {documents} documents, {ties} ties, "
          f"log-likelihoods within {largest:.1e}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
