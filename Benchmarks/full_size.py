"""Prepares a made-up NuminaMath of full size for `gemma-1b-numina`, and times the commands that need none of that.

Usage: full_size.py REPLICATE WORK [--layers N] [--rows N] [--threads N]

The documented manifest runs from a server that stands for the Hub, with a model of Gemma 3 1B's shapes of as many layers
(0: a tiny one) and random weights, a tokenizer of Gemma's kind with 32,000 tokens, and rows with the lengths of the published
ones: 859,494 in five Parquet files with Snappy. Everything is drawn with fixed seeds. Each command is a process of its own,
for which seconds, seconds of the processor and the peak of memory are printed: the first one downloads and prepares, then
trains a step of each arm with two rows and evaluates an item a task; the same again and a plan follow, and a longer training,
whose plan needs the same preparation.

It needs numpy, pyarrow, tokenizers and python3-langdetect, and pip has to reach its index. WORK takes 10 GB.
"""

import argparse
import json
import multiprocessing
import os
import pathlib
import shutil
import subprocess
import sys
import time

import numpy
import pyarrow

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "Tests" / "DocumentedReplication"), str(ROOT / "Benchmarks")]
import large_model  # noqa: E402
import run as documented  # noqa: E402

ROWS, SHARDS = 859_494, 5
# Of the published rows: median and spread of the logarithm of the length in characters.
PROBLEM, SOLUTION = (210, 0.60), (1050, 0.65)


def words() -> list[str]:
    """Made-up words, digits and pieces of LaTeX, the frequent ones first."""
    draw = numpy.random.default_rng(1)
    syllables = [a + b for a in "bcdfglmnprst" for b in ("a", "e", "i", "o", "u", "en", "ar", "is")]
    made = ["".join(draw.choice(syllables, draw.integers(1, 4))) for _ in range(6000)]
    signs = ["$x^2$", "\\frac{a}{b}", "=", "+", "\\boxed{12}", "17", "3", "$n$", "\\sqrt{2}", "therefore", "the", "of", "we"]
    return signs * 40 + made


def tables(rows: int):
    draw = numpy.random.default_rng(2)
    vocabulary = words()
    # A long text, of which each row is a piece.
    text = " ".join(draw.choice(vocabulary, 4_000_000))

    def pieces(count: int, median: float, spread: float) -> list[str]:
        lengths = numpy.clip(median * numpy.exp(spread * draw.standard_normal(count)), 20, 12_000).astype(int)
        starts = draw.integers(0, len(text) - 12_000, count)
        return [text[start : start + length] for start, length in zip(starts.tolist(), lengths.tolist())]

    for shard in range(SHARDS):
        count = rows * (shard + 1) // SHARDS - rows * shard // SHARDS
        problems, solutions = pieces(count, *PROBLEM), pieces(count, *SOLUTION)
        messages = [
            [{"content": problem, "role": "user"}, {"content": solution, "role": "assistant"}]
            for problem, solution in zip(problems, solutions)]
        yield pyarrow.table(
            {"source": ["made_up"] * count, "problem": problems, "solution": solutions, "messages": messages},
            schema=documented.NUMINA)


def make_tokenizer(folder: pathlib.Path) -> None:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    draw, vocabulary = numpy.random.default_rng(3), words()
    tokenizer.train_from_iterator(
        (" ".join(draw.choice(vocabulary, 200)) for _ in range(10_000)),
        trainers.BpeTrainer(
            vocab_size=32_000, show_progress=False,
            special_tokens=special + [f"<0x{byte:02X}>" for byte in range(256)]))
    tokenizer.pre_tokenizer = None
    content = json.loads(tokenizer.to_str())
    # Bytes are pieces of the model and nothing that is looked for in a text.
    content["added_tokens"] = [token for token in content["added_tokens"] if token["content"] in special]
    (folder / "tokenizer.json").write_text(json.dumps(content, ensure_ascii=False))
    (folder / "tokenizer_config.json").write_text(json.dumps({"bos_token": "<bos>", "eos_token": "<eos>"}))


def make(server: pathlib.Path, rows: int, layers: int) -> None:
    """What the server has. In a process of its own, whose memory the measured ones do not begin with."""
    model = server / documented.CASES["gemma-1b-numina"][1]
    characters = 0

    def counted():
        nonlocal characters
        for table in tables(rows):
            characters += sum(len(text) for name in ("problem", "solution") for text in table[name].to_pylist())
            yield table

    documented.make_server(server, counted())
    print(f"{rows} rows with {characters / 1e6:.0f} MB of messages", flush=True)
    if not layers:
        large_model.HIDDEN, large_model.INNER, large_model.QUERY, large_model.VOCABULARY = 64, 64, 256, 32_768
    settings = (model / ".hub.json").read_text()
    shutil.rmtree(model)
    large_model.make_model(model, layers or 1)
    (model / ".hub.json").write_text(settings)
    make_tokenizer(model)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("replicate")
    parser.add_argument("work", type=pathlib.Path)
    for name, value in {"layers": 0, "rows": ROWS, "threads": 2}.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    arguments = parser.parse_args()
    work = arguments.work.resolve()
    server = work / "server"
    model = server / documented.CASES["gemma-1b-numina"][1]
    if not server.exists():
        maker = multiprocessing.Process(target=make, args=(server, arguments.rows, arguments.layers))
        maker.start()
        maker.join()
        if maker.exitcode:
            sys.exit(maker.exitcode)
    environment = os.environ | {"HF_TOKEN": "hf_made_up", "HF_HOME": str(work / "hub"), "HF_HUB_OFFLINE": ""}
    process = subprocess.Popen([sys.executable, documented.SERVER, server], text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    environment["HF_ENDPOINT"] = process.stdout.readline().strip()
    names = sorted(path.name for path in model.iterdir() if not path.name.startswith("."))
    made_up = {
        "gemma-3-1b-it": names, "gsm8k-test": ["main/test-00000-of-00001.parquet"],
        "gsm8k-train": ["main/train-00000-of-00001.parquet"], "ifeval": ["ifeval_input_data.jsonl"],
        "aime25": ["test.jsonl"]}
    values = [f"assets.{asset}.files={documented.files(*files)}" for asset, files in made_up.items()]
    values += ["training.gradient_accumulation_steps=1", "evaluation.*.limit=1",
               f"expectations={ROOT / 'manifests' / 'expectations' / 'tiny.yaml'}"]
    values += [f"evaluation.{task}.max_new_tokens=4" for task in ("ifeval", "gsm8k", "aime24", "aime25")]

    def replicate(verb: str, steps: int) -> None:
        options = [word for value in values + [f"training.max_steps={steps}"] for word in ("--set", value)]
        command = [arguments.replicate, verb, "gemma-1b-numina", *options, "--artifacts", str(work / "artifacts"),
                   "--threads", str(arguments.threads)]
        start = time.monotonic()
        with open(work / "output.txt", "w") as output:
            child = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=output, stderr=output)
            _, status, usage = os.wait4(child.pid, 0)
        seconds, code = time.monotonic() - start, os.waitstatus_to_exitcode(status)
        print(f"{verb} of {steps} steps: {seconds:.2f} s, {usage.ru_utime + usage.ru_stime:.2f} s of the processor, "
              f"{usage.ru_maxrss / 1e6:.2f} GB; ended with {code}", flush=True)
        # What these expectations say of an item does not matter: verdicts end with 0, 1 or 4.
        if code not in (0, 1, 4):
            sys.exit((work / "output.txt").read_text()[-3000:])

    try:
        for verb, steps in [("plan", 1), ("run", 1), ("run", 1), ("plan", 1), ("plan", 2), ("run", 2)]:
            replicate(verb, steps)
    finally:
        process.stdin.close()
        process.wait()


if __name__ == "__main__":
    main()
