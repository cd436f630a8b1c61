"""Writes python_rules.json: what CPython's str, re and random give, for the rules that Evaluation re-implements.

Run with CPython 3.11 or later: python3 make_python_rules.py
"""

import json
import math
import platform
import random
import re
import unicodedata

SEED = 20260102
SAMPLES = [(1234, 7473, 5, 4), (1234, 1119, 25, 2), (1234, 39905, 11, 2), (1234, 12, 5, 3), (0, 21, 5, 3),
           (0, 22, 5, 3), (7, 85, 6, 3), (7, 86, 6, 3), (4294967295, 100, 1, 5), (42, 3, 3, 3), (1234, 1, 1, 2)]
MARK, STRICT, FLEXIBLE = r"(?s).*#### ", r"#### (\-?[0-9\.\,]+)", r"(-?[$0-9.,]{2,})|(-?[0-9]+)"


def clean(text):
    text = text.strip().replace(" [title]", ". ")
    return re.sub(r"\[.*?\]", "", text).replace("  ", " ")


def extract(pattern, which, text):
    found = re.findall(pattern, text)
    if not found:
        return "[invalid]"
    match = found[which]
    if isinstance(match, tuple):
        match = [m for m in match if m][0]
    return match.strip()


def normalized(text):
    for pattern in [",", r"\$", MARK, r"\.$"]:
        text = re.sub(pattern, "", text)
    return text.lower()


def random_text(rng, pieces, longest):
    return "".join(rng.choice(pieces) for _ in range(rng.randrange(longest)))


def mean_and_error(values):
    mean = sum(values) / len(values)
    if len(values) == 1:
        return mean, None
    deviation = math.sqrt(sum([(x - mean) ** 2 for x in values]) / (len(values) - 1))
    return mean, deviation / math.sqrt(len(values))


def pooled(rng):
    tasks = [[float(rng.random() < 0.6) for _ in range(rng.randrange(2, 40))] for _ in range(rng.randrange(1, 6))]
    results = [mean_and_error(values) for values in tasks]
    sizes = [len(values) for values in tasks]
    value = sum(m * n for (m, _), n in zip(results, sizes)) / sum(sizes)
    variance = sum((n - 1) * se**2 * n for n, (_, se) in zip(sizes, results)) / (sum(sizes) - len(sizes))
    return {"scores": tasks, "results": results, "value": value, "error": math.sqrt(variance / sum(sizes))}


def words():
    result = []
    for seed in (0, 1, 1234, 2**32 - 1):
        rng = random.Random(seed)
        bits = [rng.getrandbits(32) for _ in range(2000)]
        # The first words, the small draws after 2000 of them (the state is renewed every 624).
        result.append({"seed": seed, "bits": bits[:5], "later": [rng.getrandbits(3) for _ in range(5)]})
    return result


def main():
    rng = random.Random(SEED)
    letters = ["a", "B", "\u00df", "\u01c6", "\u0130", "\u03a3", "\u03c3", "\u0345", "'", ".", " ", "\u00a0", "\n", "\r\n",
               "\u1c9a", "\ufb01", "e\u0301", "\u00e9", "\u200b", "\U0001f469\u200d\U0001f680", "\x1c", "\u3000", "\u2160"]
    texts = ["", "THE man", " The Man", "\u00df", "\u039f\u03a3 \u039f\u03a3\u039f"]
    texts += [random_text(rng, letters, 9) for _ in range(160)]
    wiki = ["[", "]", " [title]", "[title]", " ", "  ", "a", "b.", "\n", "[step]", "\u00e9"]
    dirty = [random_text(rng, wiki, 14) for _ in range(160)]
    numbers = ["#### ", "####", "1", "23", "4,5", ".", ",", "$", "-", " ", "\n", "a", "\u00e9", "\u0661", "- 7", "X"]
    responses = [random_text(rng, numbers, 12) for _ in range(300)]
    out = {
        "made_by": f"make_python_rules.py, CPython {platform.python_version()}, Unicode {unicodedata.unidata_version}, seed {SEED}",
        "whitespace": [c for c in range(0x110000) if not 0xD800 <= c < 0xE000 and chr(c).isspace()],
        "texts": [{"text": t, "strip": t.strip(), "rstrip": t.rstrip(), "lower": t.lower(), "capitalize": t.capitalize()}
                  for t in texts],
        "samples": [{"seed": s, "population": n, "count": k, "draws": [r.sample(range(n), k) for _ in range(times)]}
                    for s, n, k, times in SAMPLES for r in [random.Random(s)]],
        "words": words(),
        "cleaned": [{"text": t, "cleaned": clean(t)} for t in dirty],
        "answers": [{"text": t, "strict": extract(STRICT, 0, t), "flexible": extract(FLEXIBLE, -1, t),
                     "normalized": normalized(t)} for t in responses],
        "pooled": [pooled(rng) for _ in range(6)],
    }
    with open("python_rules.json", "w") as file:
        json.dump(out, file, ensure_ascii=True, separators=(",", ":"))
        file.write("\n")


main()
