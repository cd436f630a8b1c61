"""Writes the canonical decompositions that the tokenizers library has, as Swift source, and what its NFC makes of texts.

    python make_decompositions.py          (needs tokenizers; writes CanonicalDecompositions.swift and nfc.json beside itself)

The source belongs into Sources/Tokenizers. The pairs are those of Python's unicodedata, as far as the library, whose tables
are older, decomposes the character at all; Hangul syllables follow from a rule and have no entry.
"""

import json
import pathlib
import random
import unicodedata

import tokenizers
from tokenizers import normalizers

HERE = pathlib.Path(__file__).parent
COMPOSE, DECOMPOSE = normalizers.NFC(), normalizers.NFD()
SEED = 7


def decompositions() -> dict[int, list[int]]:
    """The one or two code points that each code point is canonically the same as."""
    found = {}
    for value in range(0x110000):
        if 0xD800 <= value < 0xE000 or 0xAC00 <= value < 0xD7A4:
            continue
        if DECOMPOSE.normalize_str(chr(value)) != chr(value):
            found[value] = [int(part, 16) for part in unicodedata.decomposition(chr(value)).split()]
    return found


def source(found: dict[int, list[int]]) -> str:
    """The table as text: @ begins a run of code points, whose parts follow one after another."""
    words, last = [], -2
    for value, parts in found.items():
        if value != last + 1:
            words.append(f"@{value:X}")
        words.append("+".join(f"{part:X}" for part in parts))
        last = value
    lines, line = [], ""
    for word in words:
        if len(line) + len(word) + 1 > 95:
            lines.append(line)
            line = ""
        line += ("" if not line else " ") + word
    body = "\n".join(f"    {text}" for text in lines + [line])
    return f"""/// What `make_decompositions.py` wrote: the characters that are canonically the same as one or two others.
enum CanonicalDecompositions {{
  /// A word with @ begins a run of scalars, whose parts follow, one word for each; all in hexadecimal digits.
  static let text = \"\"\"
{body}
    \"\"\"
}}
"""


def texts(found: dict[int, list[int]]) -> list[str]:
    """Texts that composition changes or almost changes."""
    source, marks = random.Random(SEED), [v for v in range(0x110000) if unicodedata.combining(chr(v))]
    seconds = [parts[1] for parts in found.values() if len(parts) == 2]
    pools = [list(found), marks, seconds, list(range(0x61, 0x7B)), list(range(0x1100, 0x1200)), list(range(0xAC00, 0xAD00)),
             [0x300, 0x301, 0x323, 0x327, 0x345, 0x5B0, 0x93C, 0x9BE, 0x3099, 0x11938, 0x105C9, 0x307]]  # fmt: skip
    made = ["".join(chr(source.choice(source.choice(pools))) for _ in range(source.randrange(1, 9))) for _ in range(1500)]
    return made + [chr(value) for value in found if value % 7 == 0] + ["a" + chr(value) + "\u0323\u0301" for value in marks]


def main() -> None:
    found = decompositions()
    (HERE / "CanonicalDecompositions.swift").write_text(source(found))
    pairs = [[text, COMPOSE.normalize_str(text)] for text in texts(found)]
    # Each text in code points: JSON of lone marks is hard to read and easy to spoil.
    rows = [[[ord(c) for c in text] for text in pair] for pair in pairs]
    (HERE / "nfc.json").write_text(json.dumps({"tokenizers": tokenizers.__version__, "texts": rows}, separators=(",", ":")))
    print(len(found), "decompositions,", len(pairs), "texts")


if __name__ == "__main__":
    main()
