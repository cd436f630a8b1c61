"""Makes tokenizers whose tokens are declared beside tokenizer.json, and what transformers' AutoTokenizer makes of them.

    python make_side_files.py                  (writes side_files.json beside itself; needs tokenizers and transformers)
    python make_side_files.py 2000 7 OUT.json  (as many cases of another seed, for the test that REPLICATE_SIDE_FILES names)

Each case is a base tokenizer with some keys of its tokenizer.json replaced, and files beside it. `error` says that transformers takes no such folder.
"""

import json
import os
import pathlib
import random
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
import tokenizers
import transformers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import AutoTokenizer
from transformers.models.qwen2.tokenization_qwen2 import PRETOKENIZE_REGEX

HERE = pathlib.Path(__file__).parent
transformers.logging.set_verbosity(transformers.logging.CRITICAL)
TEXT = ["what is the cat", "the dog and  the  cat", "a cat or a dog", "questions about 12 cats", "other words:\n\n what the"] * 40
ADDED = ["<|endoftext|>", "<|im_start|>", "<s>"]
TEXTS = ["<sep>", "<x>", "<|endoftext|>", "<s>", "the", " the", "cat", "é", "e\u0301", "<x>y", "\n\n", "<|im_start|>", "<pad>", "ab", "▁the"]
NAMES = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"]
LINES = [
    "what is the cat <sep> or a dog", "<x><x> the<x>y  <|endoftext|>  a", "thethe the, the cat_ ab\n\n\n<s> é e\u0301<pad> \u00a0<sep>\u2003z",
    "12  34 <|im_start|>the  <sep>", "ab\u200dab cat9 \u0301the <s><s> ▁the", "a  12 <|pad|><mask>",
]


def bases():
    plain = Tokenizer(models.BPE())
    plain.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    split = Tokenizer(models.BPE())
    split.normalizer = normalizers.NFC()
    split.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PRETOKENIZE_REGEX), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    found = {}
    for name, tokenizer in [("plain", plain), ("split", split)]:
        tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=310, special_tokens=ADDED + ["<sep>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False)
        tokenizer.train_from_iterator(TEXT, trainer)
        found[name] = json.loads(tokenizer.to_str())
    letters = sorted(set("".join(TEXT)) - {" "}) + ["▁"]
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
    vocabulary = special + ADDED + ["<sep>"] + [f"<0x{byte:02X}>" for byte in range(256)] + letters
    merges = []
    for left, right in [("t", "h"), ("th", "e"), ("▁", "the"), ("c", "a"), ("ca", "t"), ("▁", "▁")]:
        merges.append((left, right))
        vocabulary.append(left + right)
    marks = Tokenizer(models.BPE({t: i for i, t in enumerate(vocabulary)}, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    marks.normalizer = normalizers.Replace(" ", "▁")
    marks.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    marks.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    found["marks"] = json.loads(marks.to_str())
    for base in found.values():
        base["added_tokens"] = []
    return found


def flags(source):
    return {key: source.random() < 0.3 for key in ["lstrip", "rstrip", "single_word", "normalized", "special"]}


def token(source, typed):
    text = source.choice(TEXTS)
    if source.random() < 0.5:
        return text
    some = {key: value for key, value in flags(source).items() if source.random() < 0.8}
    return {**({"__type": "AddedToken"} if typed else {}), "content": text, **some}


def template(source, vocabulary):
    name = source.choice(sorted(set(vocabulary) & set(ADDED)))
    single = [{"Sequence": {"id": "A", "type_id": 0}}]
    single.insert(source.randrange(2), {"SpecialToken": {"id": name, "type_id": 0}})
    return {"type": "TemplateProcessing", "single": single, "pair": single + [{"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {name: {"id": name, "ids": [vocabulary[name]], "tokens": [name]}}}


def case(source, all_bases):
    base = source.choice(sorted(all_bases))
    vocabulary = all_bases[base]["model"]["vocab"]
    following = len(vocabulary)
    added = []
    for text in source.sample(TEXTS, source.randrange(5)) if source.random() < 0.8 else []:
        number = vocabulary.get(text)
        if number is None:
            number, following = following, following + 1
        added.append({"id": number, "content": text, **flags(source)})
    edits = {"added_tokens": sorted(added, key=lambda item: item["id"])}
    kind = source.randrange(4)
    if kind == 1:
        edits["post_processor"] = template(source, vocabulary)
    elif kind == 2 and base != "marks":
        edits["post_processor"] = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": True}
    if source.random() < 0.1:
        edits["padding"] = {"strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0,
                            "pad_type_id": 0, "pad_token": source.choice(TEXTS)}
    config = {"model_max_length": 1000000000000000019884624838656}
    for name in NAMES:
        if source.random() < 0.35:
            config[name] = None if source.random() < 0.1 else token(source, True)
    if source.random() < 0.1:
        config["image_token"] = source.choice(TEXTS)
    if source.random() < 0.3:
        config["additional_special_tokens"] = [token(source, True) for _ in range(source.randrange(3))]
    if source.random() < 0.2:
        config["extra_special_tokens"] = source.choice([[token(source, True)], {"own_token": source.choice(TEXTS)}, [], None])
    if source.random() < 0.35:
        config["added_tokens_decoder"] = {
            str(source.choice([vocabulary.get(text, following), source.randrange(following + 3)])): {"content": text, **flags(source)}
            for text in source.sample(TEXTS, source.randrange(4))}
    for name in ["add_bos_token", "add_eos_token"]:
        if source.random() < 0.3:
            config[name] = source.random() < 0.6
    named = source.choice(["PreTrainedTokenizerFast"] * 6 + [
        "TokenizersBackend", None, "GPT2Tokenizer", "GPT2TokenizerFast", "LlamaTokenizerFast", "Qwen2TokenizerFast", "GPTNeoXTokenizer",
        "GemmaTokenizer", "MyOwnTokenizer"])
    if base == "marks" and named == "LlamaTokenizerFast":
        named = "GemmaTokenizerFast"
    if named:
        config["tokenizer_class"] = named
    files = {"tokenizer_config.json": json.dumps(config, ensure_ascii=False)} if source.random() < 0.95 else {}
    if source.random() < 0.4:
        special = {name: token(source, False) for name in NAMES if source.random() < 0.3}
        if source.random() < 0.3:
            special["additional_special_tokens"] = [source.choice(TEXTS)]
        files["special_tokens_map.json"] = json.dumps(special, ensure_ascii=False)
    if source.random() < 0.3:
        files["added_tokens.json"] = json.dumps(
            {text: following + i for i, text in enumerate(source.sample(TEXTS, 2))}, ensure_ascii=False)
    damaged = bool(files) and source.random() < 0.2
    if damaged:
        name = source.choice(sorted(files))
        files[name] = damage(source, files[name])
    kinds = ["llama"] * 4 + ["qwen3"] + (["gemma3_text"] * 3 if base == "marks" else ["qwen2"])
    return {"base": base, "edits": edits, "files": files, "damaged": damaged, "modelType": source.choice(kinds)}


def damage(source, text):
    """The text of a file with one to three small faults."""
    for _ in range(source.randrange(1, 4)):
        place = source.randrange(len(text) + 1)
        length = source.randrange(1, 12)
        kind = source.randrange(4)
        if kind == 0:
            text = text[:place] + text[place + length:]
        elif kind == 1:
            text = text[:place] + text[place:place + 4 * length] + text[place:]
        elif kind == 2:
            text = text[:place] + source.choice(["NaN", "null", "\"", "}", ",", "1e400", "\\ud800", "\u0000", "[]", "the"]) + text[place:]
        else:
            old = source.choice(["true", "false", "null", "\"content\"", "_token", "AddedToken", "special", ":", "<"])
            text = text.replace(old, source.choice(["null", "7", "\"x\"", "{}", "true", old.upper(), ""]), 1)
    return text


def answer(made, all_bases):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "config.json").write_text(json.dumps({"model_type": made["modelType"]}))
        (folder / "tokenizer.json").write_text(json.dumps({**all_bases[made["base"]], **made["edits"]}, ensure_ascii=False))
        for file, text in made["files"].items():
            (folder / file).write_text(text, errors="surrogatepass")
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder)
            ids = [tokenizer(line)["input_ids"] for line in LINES]
            return {
                "ids": ids, "plainIDs": [tokenizer(line, add_special_tokens=False)["input_ids"] for line in LINES],
                "texts": [tokenizer.decode(line, skip_special_tokens=True) for line in ids],
                "named": [tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id], "count": len(tokenizer)}
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # The library's panics are no Exception.
            return {"error": f"{type(error).__name__}: {error}"[:120]}


def main():
    count, seed, path = (int(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])) if len(sys.argv) > 1 else (
        110, 19, HERE / "side_files.json")
    source, all_bases = random.Random(seed), bases()
    cases = []
    for _ in range(count):
        made = case(source, all_bases)
        cases.append({**made, **answer(made, all_bases)})
    found = {"versions": {"tokenizers": tokenizers.__version__, "transformers": transformers.__version__, "seed": seed},
             "lines": LINES, "bases": all_bases, "cases": cases}
    path.write_text(json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(sum("error" in case for case in cases), "of", count, "are errors in transformers")


if __name__ == "__main__":
    main()
