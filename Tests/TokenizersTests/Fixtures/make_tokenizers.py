"""Makes the small tokenizers of the test suite and what the tokenizers library says of a few hundred lines.

    python make_tokenizers.py [NAME ...]          (writes beside itself; needs tokenizers and transformers)

lines.json holds the lines, and further_lines.json those and more for the two that look at line breaks. Each folder holds tokenizer.json, tokenizer_config.json, vocabulary.json (the same as GGUF metadata, where a GGUF can say
it) and expected.json. unicode_classes.json holds what the library's pretokenizers see in every code point.
"""

import json
import pathlib
import random
import shutil
import sys

import corpus
import tokenizers
import transformers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers.convert_slow_tokenizer import generate_merges

SEED = 20
HERE = pathlib.Path(__file__).parent
VERSIONS = {"tokenizers": tokenizers.__version__, "transformers": transformers.__version__, "seed": SEED}


def training_text():
    """Text of our own with letters, digits, code, several scripts and runs."""
    source = random.Random(SEED)
    words = [w for w in corpus.WORDS if "<" not in w]
    subjects = "a train the pupil my sister each worker our garden the machine".split(" ")
    text = []
    for _ in range(1200):
        a, b = source.randrange(2, 90), source.randrange(2, 40)
        text.append(f"If {source.choice(subjects)} has {a} apples and buys {b} more, there are {a + b} apples; {a}+{b}={a + b}.\n")
        text.append(" ".join(source.choice(words) for _ in range(12)))
        text.append(f"  for i in range({a}):\n        total += values[i] * {b}\n" + "ab" * (a % 9) + "a" * (b % 13))
    return text


def byte_level(name, size, digits, unknown):
    tokenizer = Tokenizer(models.BPE(unk_token=unknown, fuse_unk=unknown is not None))
    byte_level_part = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.pre_tokenizer = (
        pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level_part]) if digits else byte_level_part)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    # No alphabet is given: like SmolLM2's, the vocabulary lacks bytes that its text did not have.
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(training_text(), trainer)
    config = {"bos_token": "<|im_start|>", "eos_token": "<|im_end|>", "pad_token": "<|im_end|>", "unk_token": "<|endoftext|>"}
    data = json.loads(tokenizer.to_str())
    if digits:
        save(name, tokenizer, config, vocabulary={
            "model": "gpt2", "pre": "smollm", "tokens": sorted(data["model"]["vocab"], key=data["model"]["vocab"].get),
            "token_type": [3] * len(special) + [1] * (tokenizer.get_vocab_size() - len(special)),
            "merges": [" ".join(merge) for merge in data["model"]["merges"]], "add_bos_token": False, "add_space_prefix": False,
            "bos_token_id": 1, "eos_token_id": 2, "padding_token_id": 2, "unknown_token_id": 0})
        return
    tokenizer.add_special_tokens(["<extra>"])
    tokenizer.add_tokens([AddedToken("fox jumps", normalized=True), AddedToken("the", normalized=True), "\n\n\n"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<|im_start|> $A <|im_end|> <extra>",
        special_tokens=[(t, tokenizer.token_to_id(t)) for t in ("<|im_start|>", "<|im_end|>", "<extra>")])
    # Merges as older files write them.
    save(name, tokenizer, config, vocabulary=None, legacy_merges=True)


def split_level(name, size, longest_number, composes, ignores_merges, special, added, begin, pre, inverted=False):
    """A tokenizer as Llama 3, Qwen and OLMo 2 have it: a Split by their pattern before ByteLevel."""
    pattern = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + longest_number
        + r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
    tokenizer = Tokenizer(models.BPE())
    if composes:
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "removed", invert=True) if inverted else pre_tokenizers.Split(Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=size, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator([text + "\n\n" for text in training_text()], trainer)
    data = json.loads(tokenizer.to_str())
    if ignores_merges:
        # Some words that no merge makes any more: only as a whole they are found.
        data["model"]["ignore_merges"] = True
        data["model"]["merges"] = [merge for n, merge in enumerate(data["model"]["merges"]) if n % 9 != 8]
    tokenizer = Tokenizer.from_str(json.dumps(data))
    tokenizer.add_special_tokens(special)
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in added])
    # Behind a byte-level pretokenizer it only changes offsets.
    offsets = processors.ByteLevel(trim_offsets=False)
    config = {"eos_token": special[-1], "pad_token": special[0]}
    if begin:
        config["bos_token"] = special[0]
        start = processors.TemplateProcessing(single=f"{special[0]} $A", special_tokens=[(special[0], tokenizer.token_to_id(special[0]))])
        tokenizer.post_processor = processors.Sequence([offsets, start])
    else:
        tokenizer.post_processor = offsets
    ids = tokenizer.get_vocab()
    tokens = sorted(ids, key=ids.get)
    vocabulary = {
        "model": "gpt2", "pre": pre, "tokens": tokens,
        "token_type": [3 if text in special else 4 if text in added else 1 for text in tokens],
        "merges": [" ".join(merge) for merge in data["model"]["merges"]],
        "eos_token_id": ids[special[-1]], "padding_token_id": ids[special[0]]}
    if begin:
        vocabulary["bos_token_id"] = ids[special[0]]
    save(name, tokenizer, config, vocabulary=vocabulary, further=True)


def neox(name, size):
    """A tokenizer as GPT-NeoX and Pythia have it: NFC, ByteLevel with its own pattern, runs of spaces as added tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|padding|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=size, show_progress=False, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(training_text(), trainer)
    runs = [" " * count for count in range(24, 1, -1)]
    tokenizer.add_tokens([AddedToken(text, normalized=True) for text in runs])
    # The real file trims offsets, which no id depends on; ours are compared untrimmed.
    tokenizer.post_processor = processors.ByteLevel(add_prefix_space=False, trim_offsets=False)
    data = json.loads(tokenizer.to_str())
    ids = tokenizer.get_vocab()
    tokens = sorted(ids, key=ids.get)
    save(name, tokenizer, {"bos_token": special[0], "eos_token": special[0], "pad_token": special[1], "unk_token": special[0]}, vocabulary={
        "model": "gpt2", "pre": "olmo", "tokens": tokens,
        "token_type": [3 if text in special else 4 if text in runs else 1 for text in tokens],
        "merges": [" ".join(merge) for merge in data["model"]["merges"]],
        "bos_token_id": 0, "eos_token_id": 0, "padding_token_id": 1}, further=True)


def sentence_pieces(size, special, runs):
    """Pieces as a SentencePiece model has them: special ones, bytes, and what merges make, with kinds, scores and merges."""
    fallback = [f"<0x{byte:02X}>" for byte in range(256)]
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(" ", "merged_with_next"), pre_tokenizers.Split("\n", "isolated"), pre_tokenizers.Split("\t", "isolated")])
    trainer = trainers.BpeTrainer(vocab_size=size, show_progress=False, limit_alphabet=120)
    trained.train_from_iterator((text.replace(" ", "▁") for text in training_text()), trainer)
    data = json.loads(trained.to_str())["model"]
    made = [a + b for a, b in (tuple(m) for m in data["merges"])]
    made = [text for text in dict.fromkeys(made) if text not in runs]
    letters = [text for text in sorted(data["vocab"], key=data["vocab"].get) if len(text) == 1 and text not in runs]
    if "▁" not in letters:
        letters.insert(0, "▁")
    pieces = special + runs + fallback + made + letters
    kinds = [3] * len(special) + [4] * len(runs) + [6] * 256 + [1] * (len(made) + len(letters))
    vocabulary = {text: index for index, text in enumerate(pieces)}
    scores = [-float(max(index - len(special) - len(runs) - 256, 0)) for index in range(len(pieces))]
    return pieces, kinds, vocabulary, scores, generate_merges(vocabulary, list(zip(pieces, scores)))


def llama2(name, size, config):
    """A tokenizer as Llama 2 and TinyLlama have it: one more ▁ before every text."""
    special = ["<unk>", "<s>", "</s>"]
    pieces, kinds, vocabulary, scores, merges = sentence_pieces(size, special, [])
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)])
    tokenizer.add_special_tokens([AddedToken(text, normalized=False) for text in special])
    config = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "</s>", "unk_token": "<unk>"} | config
    if "tokenizer_class" in config:
        # That class builds another tokenizer of the file's vocabulary and merges.
        tokenizer.add_tokens([AddedToken("fox jumps", normalized=True), AddedToken("<|user|>", normalized=False)])
        return save(name, tokenizer, config, vocabulary=None, loader=transformers.LlamaTokenizer)
    save(name, tokenizer, config, vocabulary={
        "model": "llama", "pre": "default", "tokens": pieces, "scores": [0.0 if kind == 3 else score for score, kind in zip(scores, kinds)],
        "token_type": [2] + kinds[1:], "bos_token_id": 1, "eos_token_id": 2, "unknown_token_id": 0, "padding_token_id": 2,
        "add_bos_token": True})


def gemma(name, size, added):
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
    runs = ["\n" * n for n in range(1, 6)] + ["▁" * n for n in range(2, 8)] + ["<td>", "</td>", "\t", "\t\t"]
    pieces, kinds, vocabulary, scores, merges = sentence_pieces(size, special, runs)
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.post_processor = processors.TemplateProcessing(single="<bos> $A", special_tokens=[("<bos>", 2)])
    tokenizer.add_tokens(
        [AddedToken(text, special=kind == 3, normalized=False) for text, kind in zip(pieces, kinds) if kind in (3, 4)])
    config = {"bos_token": {"content": "<bos>", "special": True}, "eos_token": "<eos>", "pad_token": "<pad>", "unk_token": "<unk>"}
    if added:
        tokenizer.add_tokens([AddedToken("fox jumps", normalized=True), AddedToken("▁lazy", normalized=True), AddedToken("é", normalized=False)])
        return save(name, tokenizer, config, vocabulary=None)
    save(name, tokenizer, config, vocabulary={
        "model": "llama", "pre": "default", "tokens": [t.replace("▁", " ") if k == 4 else t for t, k in zip(pieces, kinds)],
        "scores": [-1000.0 if k in (3, 4) else s for s, k in zip(scores, kinds)], "token_type": kinds,
        "bos_token_id": 2, "eos_token_id": 1, "padding_token_id": 0, "unknown_token_id": 3, "add_bos_token": True, "add_space_prefix": False})


def byte_offsets(text, offsets):
    starts = [0]
    for character in text:
        starts.append(starts[-1] + len(character.encode()))
    return [[starts[a], starts[b]] for a, b in offsets]


def save(name, tokenizer, config, vocabulary, legacy_merges=False, further=False, loader=None):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    data = json.loads(tokenizer.to_str())
    if legacy_merges:
        data["model"]["merges"] = [" ".join(merge) for merge in data["model"]["merges"]]
    (folder / "tokenizer.json").write_text(json.dumps(data, ensure_ascii=False))
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    if vocabulary:
        (folder / "vocabulary.json").write_text(json.dumps(vocabulary, ensure_ascii=False))
    tokenizer = loader.from_pretrained(folder).backend_tokenizer if loader else Tokenizer.from_file(str(folder / "tokenizer.json"))
    lines = corpus.lines(280, SEED)
    (HERE / "lines.json").write_text(json.dumps(lines))
    if further:
        lines += corpus.further(180, SEED)
        (HERE / "further_lines.json").write_text(json.dumps(lines))
    encodings = [tokenizer.encode(line, add_special_tokens=False) for line in lines]
    source = random.Random(SEED)
    samples = [[source.randrange(tokenizer.get_vocab_size() + 3) for _ in range(source.randrange(12))] for _ in range(150)]
    expected = VERSIONS | {
        "ids": [encoding.ids for encoding in encodings],
        "offsets": [byte_offsets(line, encoding.offsets) for line, encoding in zip(lines, encodings)],
        "idsWithSpecialTokens": [tokenizer.encode(line).ids for line in lines[:60]],
        "malformed": [[text.hex(), tokenizer.encode(text.decode("utf-8", errors="replace"), add_special_tokens=False).ids]
                      for text in corpus.malformed(40)],
        "decoded": [[ids, tokenizer.decode(ids, skip_special_tokens=False), tokenizer.decode(ids, skip_special_tokens=True)]
                    for ids in samples + [encoding.ids[:40] for encoding in encodings[-60:]]],
    }
    (folder / "expected.json").write_text(json.dumps(expected, separators=(",", ":")))
    print(name, tokenizer.get_vocab_size(), "tokens,", sum(len(e.ids) for e in encodings), "ids")


def unicode_classes():
    """Runs of code points: [first, class], class = 0 other, 1 letter, 2 number, 3 space, plus 4 for a digit of Digits."""
    pattern = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    digits = pre_tokenizers.Digits(individual_digits=True)
    runs, last = [], None
    for value in range(0x110000):
        if 0xD800 <= value < 0xE000:
            kind = -1
        else:
            character = chr(value)
            kind = 0
            for probe, number in (("a" + character, 1), ("1" + character, 2), (character + "\u2003", 3)):
                if len(pattern.pre_tokenize_str(probe)) == 1:
                    kind = number
            if len(digits.pre_tokenize_str("a" + character)) == 2:
                kind += 4
        if kind != last:
            runs.append([value, kind])
            last = kind
    (HERE / "unicode_classes.json").write_text(json.dumps(VERSIONS | {"runs": runs}, separators=(",", ":")))
    print(len(runs), "runs of code points")


HEADER = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
CHAT = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
# The last one has to be the end of a text, as in the others.
DOLMA = ["<|pad|>", "<|fim_prefix|>", "<|im_start|>", "<|im_end|>", "<|endoftext|>"]
MASKS = ["|||IP_ADDRESS|||", "|||EMAIL_ADDRESS|||"]
MAKERS = {
    "smollm-small": lambda name: byte_level(name, 700, digits=True, unknown=None),
    "gpt2-small": lambda name: byte_level(name, 400, digits=False, unknown="<|endoftext|>"),
    "gemma-small": lambda name: gemma(name, 700, added=False),
    "gemma-added": lambda name: gemma(name, 500, added=True),
    "llama3-small": lambda name: split_level(
        name, 640, "{1,3}", composes=False, ignores_merges=True, special=HEADER, added=[], begin=True, pre="llama-bpe"),
    "qwen-small": lambda name: split_level(
        name, 600, "", composes=True, ignores_merges=False, special=CHAT, added=["<think>", "</think>"], begin=False, pre="qwen2"),
    "olmo2-small": lambda name: split_level(
        name, 620, "{1,3}", composes=False, ignores_merges=False, special=DOLMA, added=MASKS, begin=False, pre="dbrx", inverted=True),
    "neox-small": lambda name: neox(name, 640),
    "llama2-small": lambda name: llama2(name, 700, {}),
    "llama2-class": lambda name: llama2(name, 500, {"tokenizer_class": "LlamaTokenizer", "legacy": False, "add_bos_token": True}),
    "llama2-legacy": lambda name: llama2(name, 400, {"tokenizer_class": "LlamaTokenizerFast", "legacy": True}),
    "unicode_classes.json": lambda _: unicode_classes(),
}

if __name__ == "__main__":
    for chosen in sys.argv[1:] or MAKERS:
        MAKERS[chosen](chosen)
