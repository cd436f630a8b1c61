"""Writes drawing.json: which tokens are drawn from some logits, by an implementation of its own of the arithmetic of TokenDraw.

    python make_drawing.py

Needs NumPy (2.4.6 was used); the logits' seed is SEED. The exponential is ck_exp16 of Sources/CKernels/ck_math.inc.h, operation by
operation in fp32, checked here against NumPy's in fp64; random numbers are Philox4x32-10, checked against Random123's known
answers. A fused multiply-add of fp32 is one of fp64 that is rounded: its product is exact there.
"""

import hashlib
import json
from pathlib import Path

import numpy as np

SEED = 20260727
F = np.float32


def fma(a, b, c):
    return (a.astype(np.float64) * np.float64(b) + np.asarray(c, np.float64)).astype(F)


def exp(x):
    magic = F(12582912.0)
    with np.errstate(over="ignore"):
        c = np.maximum(np.minimum(x, F(89)), F(-104)).astype(F)
        shifted = fma(c, F(1.44269504), magic)
        n = (shifted - magic).astype(F)
        r = fma(n, F(-0.693359375), c)
        r = fma(n, F(2.12194440e-4), r)
        q = np.full_like(r, F(float.fromhex("0x1.a12506p-13")))
        for term in ["0x1.6d433ap-10", "0x1.1110ep-7", "0x1.5554e8p-5", "0x1.555556p-3", "0x1p-1"]:
            q = (q.astype(np.float64) * r.astype(np.float64) + float.fromhex(term)).astype(F)
        p = (q.astype(np.float64) * r.astype(np.float64) + 1).astype(F)
        p = (p.astype(np.float64) * r.astype(np.float64) + 1).astype(F)
        one = np.uint32(0x3F800000)
        whole = shifted.view(np.uint32) << np.uint32(23)
        half = (shifted.view(np.int32) >> np.int32(1)).view(np.uint32) << np.uint32(23)
        return (p * (half + one).view(F)).astype(F) * (whole - half + one).view(F)


def philox(key, stream, index):
    mask = 0xFFFFFFFF
    x = [index & mask, index >> 32, stream & mask, stream >> 32]
    k = [key & mask, key >> 32]
    for _ in range(10):
        a, b = x[0] * 0xD2511F53, x[2] * 0xCD9E8D57
        x = [(b >> 32) ^ x[1] ^ k[0], b & mask, (a >> 32) ^ x[3] ^ k[1], a & mask]
        k = [(k[0] + 0x9E3779B9) & mask, (k[1] + 0xBB67AE85) & mask]
    return x


def uniform(key, stream, index):
    a, b, _, _ = philox(key, stream, index)
    return ((a << 21) | (b >> 11)) * 2.0**-53


def total(weights):
    sum = 0.0
    for weight in weights:
        sum += float(weight)
    return sum


def draw(logits, temperature, top_p, key, answer, position):
    """The token, and how far from the next one's border it was drawn, in parts of all weight."""
    scale = F(1 / temperature)
    weights = exp(((logits - logits.max()).astype(F) * scale).astype(F))
    if top_p < 1:
        order = sorted(range(len(weights)), key=lambda id: (-weights[id], id))
        needed, sum, kept = top_p * total(weights), 0.0, []
        for id in order:
            if sum >= needed:
                break
            sum += float(weights[id])
            kept.append(id)
        weights = np.where(np.isin(np.arange(len(weights)), kept), weights, F(0))
    all = total(weights)
    target = uniform(key, answer, position) * all
    sum, last, gap = 0.0, 0, np.inf
    for id, weight in enumerate(weights):
        if weight <= 0:
            continue
        sum += float(weight)
        gap = min(gap, abs(sum - target))
        last = id
        if sum > target:
            break
    return last, gap / all


def main():
    assert philox(0, 0, 0) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    x = np.linspace(-103, 0, 20001).astype(F)
    exact = np.exp(x.astype(np.float64))
    normal = exact > 2.0**-126
    assert np.max(np.abs(exp(x) - exact)[normal] / exact[normal]) < 1.1 * 2.0**-23

    numbers = np.random.default_rng(SEED)
    rows = []
    for size in [1, 2, 7, 15, 16, 17, 100, 1000]:
        for spread in [0.5, 4.0, 30.0]:
            logits = (spread * numbers.standard_normal(size)).astype(F)
            if size >= 7:
                # Ties, a token that a rule suppressed, and one that is all but certain.
                logits[[1, 3]] = logits[2]
                logits[0] = -np.inf
            rows.append(logits)
    cases = []
    for row, logits in enumerate(rows):
        for temperature, top_p in [(1.0, 1.0), (0.6, 0.95), (0.01, 1.0), (2.5, 0.5), (100.0, 0.999)]:
            for seed, document in [(0, 0), (7, 1318)]:
                text = f"replicate/answers/1\n{seed}\ngsm8k\n{document}"
                key = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
                for answer, position in [(0, 0), (0, 1), (5, 255), (999, 32767)]:
                    token, gap = draw(logits, temperature, top_p, key, answer, position)
                    # Beyond any doubt about the last bit of a sum.
                    assert gap > 1e-12 or len(logits) == 1
                    cases.append(
                        {
                            "row": row, "temperature": temperature, "top_p": top_p, "seed": seed,
                            "document": document, "key": f"{key:016x}", "answer": answer,
                            "position": position, "token": token,
                        }
                    )
    content = {
        "made_with": {"numpy": np.__version__, "seed": SEED},
        "rows": [[f"{int(bits):08x}" for bits in row.view(np.uint32)] for row in rows],
        "cases": cases,
    }
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    text = json.dumps({**content, "cases": []}, separators=(",", ":"))[:-3] + "[\n" + lines + "\n]}\n"
    Path(__file__).with_name("drawing.json").write_text(text)


main()
