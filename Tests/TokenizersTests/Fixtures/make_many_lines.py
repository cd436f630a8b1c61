"""Makes the folder of the opt-in check of 10,000 lines for the tokenizer of every family.

    python make_many_lines.py OUT [COUNT]          (needs tokenizers and transformers)

Each tokenizer is trained anew as make_tokenizers.py trains the small ones, in the exact configuration of the real ones, and
asked for COUNT varied lines. Then run the tests with REPLICATE_LINES_DIR=OUT.
"""

import json
import pathlib
import sys

import corpus
import make_tokenizers
import tokenizers
import transformers
from tokenizers import Tokenizer

OUT = pathlib.Path(sys.argv[1])
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000


def lines():
    """Lines of words, scripts, runs and anything, decomposed ones, and repaired malformed ones."""
    made = corpus.lines(COUNT * 6 // 10, seed=31) + corpus.further(COUNT * 3 // 10, seed=32)
    return made + [text.decode("utf-8", errors="replace") for text in corpus.malformed(COUNT - len(made), seed=33)]


def save(name, tokenizer, config, vocabulary, loader=None, **_):
    """In place of make_tokenizers.save."""
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    if vocabulary:
        (folder / "vocabulary.json").write_text(json.dumps(vocabulary))
    tokenizer = loader.from_pretrained(folder).backend_tokenizer if loader else Tokenizer.from_file(str(folder / "tokenizer.json"))
    ids = [encoding.ids for encoding in tokenizer.encode_batch(lines(), add_special_tokens=False)]
    decoded = [tokenizer.decode(i[: len(i) // 2 + 1], skip_special_tokens=n % 2 == 0) for n, i in enumerate(ids)]
    (folder / "expected.json").write_text(json.dumps({"ids": ids, "decoded": decoded}))
    print(name, len(ids), "lines,", sum(map(len, ids)), "tokens; tokenizers", tokenizers.__version__, "transformers", transformers.__version__)


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "lines.json").write_text(json.dumps(lines()))
    make_tokenizers.save = save
    for name, make in make_tokenizers.MAKERS.items():
        if not name.endswith(".json"):
            make(name)
