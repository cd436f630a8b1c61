"""Writes statistics.json: samples, and what NumPy and SciPy say about them.

    python make_statistics.py > statistics.json
"""

import json
import math
import sys

import numpy
import scipy
from scipy import stats

SEED = 20250601
generator = numpy.random.default_rng(SEED)


def pooled_sample_stderr(errors, sizes):
    """As lm-evaluation-harness pools the standard errors of a group."""
    pooled = sum((n - 1) * e**2 * n for e, n in zip(errors, sizes)) / (sum(sizes) - len(sizes))
    return math.sqrt(pooled / sum(sizes))


samples = []
for size in [1, 2, 3, 7, 8, 9, 100, 1000]:
    for name, values in [
        ("normal", generator.normal(3, 2, size)),
        ("binary", generator.integers(0, 2, size).astype(float)),
        ("far from zero", 1e9 + generator.normal(0, 1e-3, size)),
        ("log-normal", generator.lognormal(0, 4, size)),
    ]:
        many = size > 1
        samples.append({
            "name": f"{name}, {size}",
            "values": values.tolist(),
            "mean": math.fsum(values) / size,
            "standard_deviation": float(values.std(ddof=1)) if many else None,
            "standard_error": float(stats.sem(values)) if many else None,
        })

pairs = []
for size in [1, 2, 10, 541]:
    first = (generator.random(size) < 0.4).astype(float)
    second = numpy.where(generator.random(size) < 0.8, first, 1 - first)
    graded = generator.random(size)
    for a, b in [(first, second), (graded, graded + generator.normal(0, 0.1, size))]:
        d = a - b
        pairs.append({
            "first": a.tolist(), "second": b.tolist(), "value": math.fsum(d) / size,
            "standard_error": float(stats.sem(d)) if size > 1 else None,
            "first_higher": int((d > 0).sum()), "second_higher": int((d < 0).sum()),
        })

groups = []
for tasks in [1, 2, 57]:
    sizes = generator.integers(2, 300, tasks)
    scores = [generator.integers(0, 2, n).astype(float) for n in sizes]
    means = [float(s.mean()) for s in scores]
    errors = [float(stats.sem(s)) for s in scores]
    sizes = [int(n) for n in sizes]
    groups.append({
        "members": [{"value": m, "standard_error": e, "count": n}
                    for m, e, n in zip(means, errors, sizes)],
        "value": sum(m * n for m, n in zip(means, sizes)) / sum(sizes),
        "standard_error": pooled_sample_stderr(errors, sizes), "count": sum(sizes),
    })

intervals = []
for successes, count in [(211, 541), (0, 30), (30, 30), (1, 1), (0, 1), (5803, 10042), (1, 1000)]:
    interval = stats.binomtest(successes, count).proportion_ci(0.95, "wilson")
    intervals.append({"successes": successes, "count": count,
                      "lower": float(interval.low), "upper": float(interval.high)})

json.dump({"seed": SEED, "python": sys.version.split()[0], "numpy": numpy.__version__,
           "scipy": scipy.__version__, "samples": samples, "pairs": pairs, "groups": groups,
           "intervals": intervals}, sys.stdout)
print()
