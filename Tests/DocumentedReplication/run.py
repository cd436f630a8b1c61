"""Runs `replicate gemma-1b-numina` end to end on a tiny Gemma 3 and made-up data, from a server that speaks the Hub's protocol.

    python run.py PROGRAM WORK         with pyarrow; python3-langdetect has to be installed, and pip has to reach its index

The manifest is the documented one; only sizes and the digests of what is made up here are set. MMLU, HellaSwag and
ARC-Challenge come from the wheels that it pins. Shown are

    a run to verdicts by expectations of its own, that is killed in the middle and resumed,
    that the same command does nothing the second time, and
    an audit with documents answered again and training replayed.

WORK gets the server's files and the artifacts; it has to be empty. Rows are drawn with a fixed seed.
"""

import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import time

import pyarrow
import pyarrow.parquet

ROOT = pathlib.Path(__file__).resolve().parents[2]
TINY = ROOT / "manifests" / "tiny"
SERVER = ROOT / "Tests" / "AssetsTests" / "Fixtures" / "hub_server.py"
# As the manifest has them.
COMMITS = {
    "models/google/gemma-3-1b-it": "dcc83ea841ab6100d6b47a070329e1ba4cf78752",
    "datasets/AI-MO/NuminaMath-CoT": "9d8d210c9f6a36c8f3cd84045668c9b7800ef517",
    "datasets/openai/gsm8k": "740312add88f781978c0658806c59bc2815b9866",
    "datasets/google/IFEval": "966cd89545d6b6acfd7638bc708b98261ca58e84",
    "datasets/Maxwell-Jia/AIME_2024": None,
    "datasets/math-ai/aime25": "563bb8404243c5f09de6ec262f2db674fe5bce9b",
}
MESSAGE = pyarrow.struct([("content", pyarrow.string()), ("role", pyarrow.string())])
NUMINA = pyarrow.schema([(name, pyarrow.string()) for name in ("source", "problem", "solution")]
                        + [("messages", pyarrow.list_(MESSAGE))])


def numina(random, count):
    for _ in range(count):
        a, b = random.randint(2, 40), random.randint(2, 40)
        problem, solution = f"What is {a} + {b}?", f"We add: {a} + {b} = {a + b}. The answer is \\boxed{{{a + b}}}."
        if random.random() < 0.05:
            solution += " Again: it is so." * 400  # longer than sequence_length_tokens
        messages = [{"content": problem, "role": "user"}, {"content": solution, "role": "assistant"}]
        yield {"source": "made_up", "problem": problem, "solution": solution, "messages": messages}


def gsm8k(random, count):
    for _ in range(count):
        a, b = random.randint(2, 20), random.randint(2, 20)
        yield {"question": f"Ann has {a} pens and gets {b} more. How many has she?",
               "answer": f"She has {a} + {b} = <<{a}+{b}={a + b}>>{a + b} pens.\n#### {a + b}"}


def make_server(folder, model):
    draw = random.Random(1)

    def place(name):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    for repository, commit in COMMITS.items():
        settings = {"commit": commit} if commit else {}
        place(f"{repository}/.hub.json").write_text(json.dumps(settings | {"gated": "gemma-3" in repository}))
    (folder / "hub.json").write_text(json.dumps({"tokens": {"hf_made_up": True}}))
    for name in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]:
        shutil.copy(model / name, place(f"models/google/gemma-3-1b-it/{name}"))
    for shard in range(5):
        table = pyarrow.Table.from_pylist(list(numina(draw, 120)), NUMINA)
        pyarrow.parquet.write_table(
            table, place(f"datasets/AI-MO/NuminaMath-CoT/data/train-{shard:05}-of-00005.parquet"), row_group_size=50)
    for split, count in [("test", 12), ("train", 30)]:
        pyarrow.parquet.write_table(
            pyarrow.Table.from_pylist(list(gsm8k(draw, count))),
            place(f"datasets/openai/gsm8k/main/{split}-00000-of-00001.parquet"))
    ifeval = [{"key": key, "prompt": f"Write {key} words. Do not use commas.", "kwargs": [{}],
               "instruction_id_list": ["punctuation:no_comma"]} for key in range(4)]
    place("datasets/google/IFEval/ifeval_input_data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ifeval))
    problems = [{"Problem": f"Find {a} times 7.", "Answer": 7 * a} for a in range(3, 8)]
    pyarrow.parquet.write_table(
        pyarrow.Table.from_pylist(problems), place("datasets/Maxwell-Jia/AIME_2024/aime_2024_problems.parquet"))
    place("datasets/math-ai/aime25/test.jsonl").write_text(
        "".join(json.dumps({"problem": row["Problem"], "answer": str(row["Answer"])}) + "\n" for row in problems))


def files(*names):
    return "{" + ", ".join(f"{name}: {{}}" for name in names) + "}"


def main():
    program, work = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    work.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"HF_TOKEN": "hf_made_up", "HF_HOME": str(work / "hub"), "HF_HUB_OFFLINE": ""}

    def replicate(*arguments, expected=(0,), **options):
        print("$ replicate", *(word if len(word) < 60 else word[:57] + "..." for word in arguments), flush=True)
        start = time.monotonic()
        finished = subprocess.run([program, *arguments], env=environment, text=True, capture_output=True, cwd=ROOT, **options)
        print(finished.stdout + f"  ended with {finished.returncode} after {time.monotonic() - start:.1f} s", flush=True)
        if finished.returncode not in expected:
            sys.exit(finished.stderr[-4000:])
        return finished

    replicate("run", "tiny", "--artifacts", str(work / "toy"), "--save-models", str(work / "models"))
    model = work / "models" / "sft-42"
    configuration = json.loads((model / "config.json").read_text())
    # Room for five examples of GSM8K: byte by byte, as its tokenizer mostly has them.
    configuration["max_position_embeddings"] = 8192
    (model / "config.json").write_text(json.dumps(configuration))
    make_server(work / "server", model)
    (work / "expectations.yaml").write_text((ROOT / "manifests" / "expectations" / "tiny.yaml").read_text())
    server = subprocess.Popen([sys.executable, SERVER, work / "server", "--page", "3"], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        environment["HF_ENDPOINT"] = server.stdout.readline().strip()
        values = [
            "training.max_steps=20", "training.checkpoint_every_steps=5", "training.keep_checkpoint_every_steps=10",
            "training.learning_rate=1.0e-3", "data.train.sequence_length_tokens=512", "evaluation.*.limit=2",
            "evaluation.ifeval.max_new_tokens=24", "evaluation.gsm8k.max_new_tokens=24",
            "evaluation.aime24.max_new_tokens=24", "evaluation.aime25.max_new_tokens=24",
            "assets.gemma-3-1b-it.files="
            + files("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"),
            "assets.gsm8k-test.files=" + files("main/test-00000-of-00001.parquet"),
            "assets.gsm8k-train.files=" + files("main/train-00000-of-00001.parquet"),
            "assets.ifeval.files=" + files("ifeval_input_data.jsonl"),
            "assets.aime25.files=" + files("test.jsonl"), f"expectations={work / 'expectations.yaml'}",
        ]
        options = [word for value in values for word in ("--set", value)] + ["--artifacts", str(work / "artifacts")]
        replicate("plan", "gemma-1b-numina", *options)
        # Killed as soon as the second arm has a checkpoint.
        running = subprocess.Popen([program, "run", "gemma-1b-numina", *options], env=environment, cwd=ROOT,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while running.poll() is None:
            trained = [path for path in (work / "artifacts" / "steps").glob("*.json")] if work.exists() else []
            if len(trained) >= 3 and any((work / "artifacts" / "work").glob("*/checkpoint.safetensors")):
                running.kill()
            time.sleep(0.05)
        print(f"  killed: the first run ended with {running.wait()}")
        # What these expectations say of so few documents does not matter: verdicts end with 0, 1 or 4.
        resumed = replicate("gemma-1b-numina", *options, expected=(0, 1, 4))
        assert "resuming the run" in resumed.stderr or running.returncode != -9, resumed.stderr[:2000]
        again = replicate("gemma-1b-numina", *options, expected=(0, 1, 4))
        assert "nothing was computed" in again.stdout, again.stdout
        [record] = [path.name for path in (work / "artifacts" / "records").iterdir() if path.is_dir()]
        manifest = work / "artifacts" / "records" / record / "manifest.yaml"
        copy = ROOT / "manifests" / "gemma-1b-numina.yaml"
        assert manifest.read_text().startswith(copy.read_text())
        replicate("audit", record, "--rescore", "--reevaluate", "2", "--replay", "2",
                  "--artifacts", str(work / "artifacts"))
        print("all seven tasks ran to verdicts, were resumed, repeated as nothing, and audited")
    finally:
        server.stdin.close()
        server.wait()


main()
