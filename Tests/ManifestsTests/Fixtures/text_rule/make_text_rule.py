"""Makes replacements.json: texts with some of their words replaced, as `replace_words` of manifests does.

    python make_text_rule.py          (writes beside itself; needs nothing but Python)
"""

import hashlib
import json
import pathlib
import platform
import random
import re

SEED = 5


def replaced(text, share, seed, by):
    words = [match.span() for match in re.finditer(r"\S+", text)]
    if not words:
        return text
    draws = random.Random(int.from_bytes(hashlib.sha256(f"{seed}\n{text}".encode()).digest()[:4], "big"))
    # Half away from zero, as rounding is where nobody says otherwise.
    count = min(len(words), max(1, int(share * len(words) + 0.5)))
    texts = [text[start:end] for start, end in words]
    result, end = "", 0
    for place in sorted(draws.sample(range(len(words)), count)):
        others = [word for word in by or texts if word != texts[place]]
        if not others:
            continue
        result += text[end:words[place][0]] + others[draws.randrange(len(others))]
        end = words[place][1]
    return result + text[end:]


def main():
    source = random.Random(SEED)
    letters = ["the", "door", "é", "e\u0301", "12,5", "—", "a", "b", "日本語", "\U0001f600", "word", "Word"]
    spaces = [" ", "  ", "\n", "\t", "\u00a0", "\u3000", "\r\n"]
    cases = []
    for number in range(60):
        count = source.choice([0, 1, 2, 3, 5, 8, 20, 60])
        text = "".join(source.choice(["", *spaces]) if index == 0 else source.choice(spaces) + source.choice(letters)
                       for index in range(count)) + source.choice(["", " ", "\n"])
        if number % 10 == 0:
            text = " ".join(["same"] * count)
        share, seed = source.choice([0.001, 0.12, 0.5, 1.0]), source.choice([0, 1, 7, 4294967295])
        by = source.choice([[], ["one", "door"], ["door", "é", "zwölf", "日"]])
        cases.append({"text": text, "share": share, "seed": seed, "by": by, "expected": replaced(text, share, seed, by)})
    path = pathlib.Path(__file__).parent / "replacements.json"
    path.write_text(json.dumps({"python": platform.python_version(), "seed": SEED, "cases": cases}, ensure_ascii=False, separators=(",", ":")) + "\n")


main()
