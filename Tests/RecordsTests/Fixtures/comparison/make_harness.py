"""Makes the folders harness/one and harness/two and harness/expected.json: two models on two tasks that replicate does not know.

    python make_harness.py TOKENIZER          (writes beside itself; needs lm_eval 0.4.13 with torch, and SciPy)

TOKENIZER is manifests/tiny/tokenizer.json. Both models are tiny Llamas with random weights, evaluated by lm-evaluation-harness
itself on tasks that this file makes up: `moods`, a choice with two metrics, and `letters`, a text out of which a filter takes one
letter. What is expected of the comparison comes from the harness's samples and SciPy. Nothing is downloaded, and what tells of the
machine is taken out.
"""

import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

for name in ["HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE"]:
    os.environ[name] = "1"

HERE = pathlib.Path(__file__).parent / "harness"
SEED, COUNT = 20261130, 40
WORDS = "ice sun tea stone fire salt moon iron wool rain".split()
TASKS = {
    "moods": """task: moods
dataset_path: json
dataset_kwargs: {data_files: {test: moods.jsonl}}
test_split: test
output_type: multiple_choice
doc_to_text: "{{text}} is"
doc_to_choice: "{{moods}}"
doc_to_target: mood
metric_list:
  - {metric: acc, aggregation: mean, higher_is_better: true}
  - {metric: acc_norm, aggregation: mean, higher_is_better: true}
metadata: {version: 1.0}
""",
    "letters": """task: letters
dataset_path: json
dataset_kwargs: {data_files: {test: letters.jsonl}}
test_split: test
output_type: generate_until
doc_to_text: "{{text}}: "
doc_to_target: "{{letter}}"
generation_kwargs: {until: ["\\n"], do_sample: false, max_gen_toks: 8}
filter_list:
  - name: letter
    filter:
      - {function: regex, regex_pattern: "([a-n])"}
      - {function: take_first}
metric_list:
  - {metric: exact_match, aggregation: mean, higher_is_better: true}
metadata: {version: 1.0}
""",
}


def write_tasks(folder):
    draw = random.Random(SEED)

    def phrase(number):
        return " ".join(draw.choice(WORDS) for _ in range(draw.randint(1, 4))) + f" {number}"
    rows = {
        "moods": [
            {"text": phrase(number), "moods": [phrase("!"), phrase("?")], "mood": draw.randint(0, 1)} for number in range(COUNT)],
        "letters": [{"text": phrase(number), "letter": draw.choice("aei")} for number in range(COUNT)]}
    for task, text in TASKS.items():
        (folder / f"{task}.yaml").write_text(text)
        (folder / f"{task}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows[task]))


def write_model(folder, tokenizer, seed):
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
    torch.manual_seed(seed)
    tokens = PreTrainedTokenizerFast(tokenizer_file=str(tokenizer), bos_token="<bos>", eos_token="<eos>", pad_token="<pad>")
    LlamaForCausalLM(LlamaConfig(
        vocab_size=len(tokens), hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=256, initializer_range=0.4, bos_token_id=tokens.bos_token_id, eos_token_id=tokens.eos_token_id,
        pad_token_id=tokens.pad_token_id)).save_pretrained(folder)
    tokens.save_pretrained(folder)


def forget_machine(folder):
    for path in folder.glob("results_*.json"):
        results = json.loads(path.read_text())
        for key in ["pretty_env_info", "git_hash", "upper_git_hash", "lm_eval_version_info"]:
            results.pop(key, None)
        path.write_text(json.dumps(results, indent=1) + "\n")


def scores(folder, task, metric):
    """The scores of a task by the prompt of each document."""
    lines = next(folder.glob(f"samples_{task}_*.jsonl")).read_text().splitlines()
    samples = [json.loads(line) for line in lines]
    return {sample["arguments"]["gen_args_0"]["arg_0"]: sample[metric] for sample in samples}


def expected():
    import scipy
    from scipy import stats
    rows = {}
    for task, metric in [("moods", "acc"), ("letters", "exact_match")]:
        one, two = (scores(HERE / model, task, metric) for model in ("one", "two"))
        assert one.keys() == two.keys() and len(one) == COUNT
        differences = [two[key] - one[key] for key in one]
        more, fewer = sum(d > 0 for d in differences), sum(d < 0 for d in differences)
        rows[task] = {
            "metric": metric, "one": sum(one.values()) / COUNT, "two": sum(two.values()) / COUNT, "more": more, "fewer": fewer,
            "p": float(stats.binomtest(more, more + fewer).pvalue), "error": float(stats.sem(differences))}
    low, high = sorted(rows, key=lambda task: rows[task]["p"])
    rows[low]["holm"] = min(1.0, 2 * rows[low]["p"])
    rows[high]["holm"] = max(rows[low]["holm"], rows[high]["p"])
    return {"scipy": scipy.__version__, "rows": rows}


def main():
    tokenizer = pathlib.Path(sys.argv[1]).resolve()
    shutil.rmtree(HERE, ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        write_tasks(work)
        for number, model in enumerate(["one", "two"]):
            write_model(work / model, tokenizer, SEED + number)
            subprocess.run(
                [sys.executable, "-m", "lm_eval", "run", "--model", "hf", "--model_args", f"pretrained={model},dtype=float32",
                 "--tasks", "moods,letters", "--include_path", ".", "--device", "cpu", "--batch_size", "8", "--log_samples",
                 "--output_path", "out"], cwd=work, check=True)
            shutil.copytree(next(path.parent for path in (work / "out" / model).rglob("results_*.json")), HERE / model)
            forget_machine(HERE / model)
    (HERE / "expected.json").write_text(json.dumps(expected(), indent=1) + "\n")


main()
