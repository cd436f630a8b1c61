"""Times training and evaluation of a model with Gemma 3 1B's shapes and random weights, and their peak memory.

Usage: large_model.py REPLICATE WORK [--layers N] [--steps N] [--accumulation N] [--documents N] [--threads N] [--rounds N]
                      [--sides A,B]

Each round runs the sides in turns, each in a process of its own: `sft`, `eaft`, `sft-recomputing` and `eaft-recomputing`
(activations are computed again), `sft-amx` and `eaft-amx` (`precision: bf16-mixed`, `numerics: amx`), and `sft-reference`,
`eaft-reference` (large_model_reference.py: Hugging Face transformers on PyTorch, which needs some 24 GB for all 26 layers and
therefore fewer of them; losses in fp32 must agree). A micro-batch is a row of 1024 tokens, a step as many as --accumulation says,
which takes no memory. Before and after every process the machine's speed of matrix products is measured (NumPy's OpenBLAS,
2048 x 2048, fp32, a process for each thread, for 8 s): operations a second of a training are given as a share of the mean of
both, because what else the machine does slows both. The first step of each process hands out memory and is not counted. Then
the model is evaluated as it is stored, in bfloat16.

Operations are counted: 6 for each element of a matrix and token, 2 more where activations are computed again (given apart),
of the head for trained tokens only, and 12 (4 more) for each element of a query, visible position and layer. Norms, rotations,
activations, the loss and AdamW are not counted, their time is.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Benchmarks"))
import compare  # noqa: E402

HIDDEN, INNER, QUERY, KEY, VOCABULARY, WINDOW, ROW = 1152, 6912, 1024, 256, 262_144, 512, 1024

MANIFEST = """\
schema: 1
name: large-{arm}
title: Gemma 3 1B's shapes, {arm}
description: One side of the benchmark of a large model.
assets:
  model: {{file: model}}
  chats: {{file: chats.jsonl}}
numerics: {numerics}
unpinned:
  model: random
  chats: written by the benchmark itself
model: {{pretrained: model, chat_template: gemma3}}
data:
  train:
    assets: [chats]
    format: jsonl
    fields: {{messages: messages}}
    shuffle: none
    sequence_length_tokens: 1024
    overlong: truncate
training:
  seeds: [42]
  micro_batch_size: 1
  gradient_accumulation_steps: {accumulation}
  max_steps: {steps}
  order: sequential
  optimizer: {{name: adamw}}
  learning_rate: 1.0e-6
  schedule: constant
  warmup_steps: 0
  max_gradient_norm: 1.0
  recompute_activations: {recomputes}
  precision: {precision}
arms:
  {arm}: {{{objective}}}
"""


def make_model(folder: pathlib.Path, layers: int) -> None:
    """A Hugging Face folder in bfloat16 with normal random matrices and neutral norms."""
    folder.mkdir(parents=True)
    tiny = ROOT / "manifests" / "tiny"
    configuration = json.loads((tiny / "config.json").read_text()) | {
        "hidden_size": HIDDEN, "intermediate_size": INNER, "num_attention_heads": QUERY // 256, "num_key_value_heads": 1,
        "head_dim": 256, "num_hidden_layers": layers, "vocab_size": VOCABULARY, "sliding_window": WINDOW,
        "max_position_embeddings": 32768, "query_pre_attn_scalar": 256, "tie_word_embeddings": True,
        "layer_types": ["full_attention" if layer % 6 == 5 else "sliding_attention" for layer in range(layers)]}
    (folder / "config.json").write_text(json.dumps(configuration))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tiny / name, folder / name)
    shapes = {"model.embed_tokens.weight": [VOCABULARY, HIDDEN], "model.norm.weight": [HIDDEN]}
    for layer in range(layers):
        name = f"model.layers.{layer}."
        for norm in ("input", "post_attention", "pre_feedforward", "post_feedforward"):
            shapes[f"{name}{norm}_layernorm.weight"] = [HIDDEN]
        for projection, shape in {
            "self_attn.q_proj": [QUERY, HIDDEN], "self_attn.k_proj": [KEY, HIDDEN], "self_attn.v_proj": [KEY, HIDDEN],
            "self_attn.o_proj": [HIDDEN, QUERY], "self_attn.q_norm": [256], "self_attn.k_norm": [256],
            "mlp.gate_proj": [INNER, HIDDEN], "mlp.up_proj": [INNER, HIDDEN], "mlp.down_proj": [HIDDEN, INNER],
        }.items():
            shapes[f"{name}{projection}.weight"] = shape
    start, header = 0, {}
    for name, shape in shapes.items():
        end = start + 2 * int(numpy.prod(shape))
        header[name], start = {"dtype": "BF16", "shape": shape, "data_offsets": [start, end]}, end
    text = json.dumps(header).encode()
    random = numpy.random.default_rng(1)
    with open(folder / "model.safetensors", "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for shape in shapes.values():
            rows = shape[0] if len(shape) == 2 else 1
            for first in range(0, rows, 4096):
                count = min(4096, rows - first) * shape[-1]
                values = numpy.zeros(count, "f4") if len(shape) == 1 else random.standard_normal(count, "f4") * numpy.float32(0.02)
                file.write((values.view("u4") >> 16).astype("u2").tobytes())


def make_chats(work: pathlib.Path, count: int) -> None:
    words = (ROOT / "README.md").read_text().split()
    random = numpy.random.default_rng(2)
    with open(work / "chats.jsonl", "w") as file:
        for _ in range(count):
            question, answer = (" ".join(random.choice(words, size)) for size in (20, 900))
            messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
            file.write(json.dumps({"messages": messages}) + "\n")


def make_documents(work: pathlib.Path, count: int) -> None:
    """Rows of ARC-Challenge and GSM8K with random words."""
    words = (ROOT / "README.md").read_text().split()
    random = numpy.random.default_rng(3)

    def text(size: int) -> str:
        return " ".join(random.choice(words, size))

    for name, splits in {"arc_challenge": ["test"], "gsm8k": ["test", "train"]}.items():
        folder = work / "data" / name
        folder.mkdir(parents=True, exist_ok=True)
        for split in splits:
            with open(folder / f"{split}.jsonl", "w") as file:
                for number in range(count):
                    row = {"question": text(30), "answer": f"{text(20)} #### {number}"}
                    if name == "arc_challenge":
                        row = {"id": str(number), "question": text(30), "answerKey": "A",
                               "choices": {"text": [text(6) for _ in "ABCD"], "label": list("ABCD")}}
                    file.write(json.dumps(row) + "\n")


def product_speed(threads: int) -> float:
    """Operations a second of single products, on average over some seconds, by as many processes of a thread each."""
    code = ("import numpy, time\na = numpy.random.default_rng(0).random((2048, 2048), 'f4')\na @ a\n"
            "start, count = time.perf_counter(), 0\n"
            "while time.perf_counter() - start < 8:\n  a @ a; count += 1\n"
            "print(count * 2 * 2048 ** 3 / (time.perf_counter() - start))")
    processes = [subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
                                  stdout=subprocess.PIPE, text=True) for _ in range(threads)]
    return sum(float(process.communicate()[0]) for process in processes)


def operations(step: dict, arguments, passes: int) -> float:
    """Operations of a step that passes `passes` times over the layers: twice for gradients, once or twice forward."""
    rows = arguments.accumulation
    tokens, layers = step["tokens"] / rows, arguments.layers
    matrices = layers * ((QUERY + 2 * KEY) * HIDDEN + QUERY * HIDDEN + 3 * INNER * HIDDEN)
    full = layers // 6
    windowed = WINDOW - WINDOW**2 / (2 * tokens) if tokens > WINDOW else tokens / 2
    visible = full * tokens / 2 + (layers - full) * windowed
    head = 6 * step["trainedTokens"] * VOCABULARY * HIDDEN
    return rows * 2 * passes * tokens * (matrices + 2 * QUERY * visible) + head


def train(arguments, side: str) -> dict:
    arm, _, kind = side.partition("-")
    if kind == "reference":
        script = pathlib.Path(__file__).with_name("large_model_reference.py")
        output, memory = compare.run(
            [sys.executable, str(script), str(arguments.work), "--arm", arm, "--steps", str(arguments.steps)]
            + ["--accumulation", str(arguments.accumulation), "--threads", str(arguments.threads)]
        )
        return {"steps": json.loads(output)["steps"], "memory": memory}
    text = MANIFEST.format(
        arm=arm, steps=arguments.steps, accumulation=arguments.accumulation, objective=compare.OBJECTIVES[arm],
        recomputes="true" if kind == "recomputing" else "false",
        precision="bf16-mixed" if kind == "amx" else "fp32", numerics="amx" if kind == "amx" else "portable")
    return compare.run_replicate(arguments.replicate, arguments.work, arm, text, arguments.threads)


def evaluate(arguments) -> None:
    output = arguments.work / "results"
    shutil.rmtree(output, ignore_errors=True)
    start = time.monotonic()
    _, memory = compare.run(
        [arguments.replicate, "evaluate", "--model", str(arguments.work / "model"), "--tasks", "arc_challenge,gsm8k"]
        + ["--data", str(arguments.work / "data"), "--limit", str(arguments.documents), "--max-new-tokens", "32"]
        + ["--output", str(output), "--artifacts", str(arguments.work / "artifacts"), "--threads", str(arguments.threads)])
    print(f"{arguments.documents} documents each of ARC-Challenge and GSM8K: {time.monotonic() - start:.0f} s, "
          f"{memory / 1e9:.2f} GB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("replicate")
    parser.add_argument("work", type=pathlib.Path)
    for name, value in {"layers": 26, "steps": 3, "accumulation": 1, "documents": 10, "threads": 2, "rounds": 1}.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--sides", default="sft,eaft")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    # The model before has perhaps another number of layers.
    shutil.rmtree(arguments.work / "model", ignore_errors=True)
    make_model(arguments.work / "model", arguments.layers)
    make_chats(arguments.work, arguments.steps * arguments.accumulation)
    # Five of them are examples.
    make_documents(arguments.work, max(arguments.documents, 5))
    losses = {}
    for turn in range(arguments.rounds):
        for side in filter(None, arguments.sides.split(",")):
            before = product_speed(arguments.threads)
            result = train(arguments, side)
            peak = (before + product_speed(arguments.threads)) / 2
            steps = result["steps"][1:]
            seconds = sum(step["seconds"] for step in steps)
            tokens = sum(step["tokens"] for step in steps)
            useful = sum(operations(step, arguments, 3) for step in steps) / seconds
            print(f"round {turn + 1} {side}: {tokens / seconds:.1f} tokens/s, {useful / 1e9:.0f} of {peak / 1e9:.0f} GFLOP/s "
                  f"({100 * useful / peak:.0f} %), {result['memory'] / 1e9:.2f} GB", flush=True)
            if side.endswith("-recomputing"):
                done = sum(operations(step, arguments, 4) for step in steps) / seconds
                print(f"  with what is computed again: {done / 1e9:.0f} GFLOP/s ({100 * done / peak:.0f} %)")
            for number, step in enumerate(result["steps"]):
                print(f"  step {number + 1}: {step['tokens']} tokens, {step['trainedTokens']} trained, {step['seconds']:.1f} s, "
                      f"loss {step['loss']:.7f}, gradient norm {step['gradientNorm']:.6f}", flush=True)
            first = losses.setdefault(side if side.endswith("-amx") else side.partition("-")[0], result)
            compare.check_batches(first, result)
            for one, other in zip(first["steps"], result["steps"]):
                if abs(one["loss"] - other["loss"]) > compare.LOSS_TOLERANCE:
                    sys.exit(f"The losses of {side} differ by more than {compare.LOSS_TOLERANCE}.")
    if arguments.documents:
        evaluate(arguments)


if __name__ == "__main__":
    main()
