"""Makes pairs.json: `python make_comparison.py > pairs.json`, in an environment with SciPy and statsmodels.

Fifty pairs of models, each with scores on one to three tasks, and what SciPy and statsmodels say of every difference: the
exact McNemar test, the paired t test, all sign flips, standard errors of clusters by least squares, Holm's correction, and
two one-sided tests against a margin. Tango's score test, of which the less clear p value counts beside that of t, maximises
the likelihood numerically here. Scores are in quarters, one digit each; a group's tasks are divided by spaces.
"""

import json
import math
import sys

import numpy
import scipy
import statsmodels
from scipy import optimize, stats
from statsmodels import api
from statsmodels.stats.multitest import multipletests

MARGIN = 0.08
random = numpy.random.default_rng(20261130)


def tango(n, b, c, limit):
    """The statistic of a difference of paired proportions, with the likeliest proportions of that difference."""
    def loss(q):
        parts = [(c, q), (b, q + limit), (n - b - c, 1 - 2 * q - limit)]
        return -sum(k * math.log(p) for k, p in parts if k > 0)
    low, high = max(0, -limit), (1 - limit) / 2
    q = optimize.minimize_scalar(loss, bounds=(low + 1e-15, high - 1e-15), method="bounded", options={"xatol": 1e-15}).x
    return (b - c - n * limit) / math.sqrt(n * (2 * q + limit * (1 - limit)))


def flips(sums):
    sums = sums[sums != 0]
    if len(sums) == 0:
        return 1.0
    signs = 1 - 2 * ((numpy.arange(2 ** len(sums))[:, None] >> numpy.arange(len(sums))) & 1)
    totals = numpy.abs(signs @ sums)
    return float(numpy.mean(totals >= abs(sums.sum()) - 1e-9))


def expected(kind, a, b, clusters):
    d = b - a
    n = len(d)
    if kind == "group":
        fit = api.OLS(d, numpy.ones(n)).fit(
            cov_type="cluster", cov_kwds={"groups": numpy.array(clusters), "use_correction": True})
        # statsmodels corrects for degrees of freedom by (n - 1)/(n - k) too, which is 1 for a mean.
        error, free = float(fit.bse[0]), len(set(clusters)) - 1
        sums = numpy.array([d[numpy.array(clusters) == cluster].sum() for cluster in sorted(set(clusters))])
    else:
        error, free, sums = float(stats.sem(d)), n - 1, d
    mean = float(d.mean())
    if kind == "binary":
        more, fewer = int((d > 0).sum()), int((d < 0).sum())
        p = float(stats.binomtest(more, more + fewer).pvalue) if more + fewer else 1.0
    elif (sums != 0).sum() <= 20:
        p = flips(sums)
    elif kind == "group":
        p = float(2 * stats.t.sf(abs(mean / error), free))
    else:
        p = float(stats.ttest_rel(b, a).pvalue)
    interval = stats.t.interval(0.95, free, mean, error)
    above = max(stats.t.sf((mean + MARGIN) / error, free), stats.norm.sf(tango(n, d[d > 0].sum(), -d[d < 0].sum(), -MARGIN)))
    below = max(stats.t.cdf((mean - MARGIN) / error, free), stats.norm.cdf(tango(n, d[d > 0].sum(), -d[d < 0].sum(), MARGIN)))
    return {"difference": mean, "error": error, "interval": [float(x) for x in interval], "p": p, "tost": float(max(above, below))}


def draw(kind):
    effect = random.choice([-0.3, 0, 0, 0.3])
    clusters = None
    if kind == "group":
        count = int(random.integers(5, 9) if random.random() < 0.5 else random.integers(24, 28))
        clusters = [task for task in range(count) for _ in range(random.integers(2, 6))]
    n = len(clusters) if clusters else int(random.integers(40, 90))
    levels = 4 if kind == "graded" else 1
    base = random.normal(size=n)
    def scores(shift):
        share = 1 / (1 + numpy.exp(-(2 * base + shift)))
        return random.binomial(levels, share) * (4 // levels)
    a, b = scores(0), scores(4 * effect)
    if clusters is None:
        text = lambda scores: "".join(map(str, scores))
    else:
        text = lambda scores: " ".join(
            "".join(str(score) for score, own in zip(scores, clusters) if own == cluster) for cluster in sorted(set(clusters)))
    return {"kind": kind, "a": text(a), "b": text(b), **expected(kind, a / 4, b / 4, clusters)}


pairs = []
for _ in range(50):
    tasks = [draw(kind) for kind in random.choice(["binary", "graded", "group"], size=random.integers(1, 4))]
    for key, source in [("holm", "p"), ("tost_holm", "tost")]:
        for task, value in zip(tasks, multipletests([task[source] for task in tasks], method="holm")[1]):
            task[key] = float(value)
    for task in tasks:
        level = 0.05 / len(tasks)
        task["detectable"] = float((stats.norm.ppf(1 - level / 2) + stats.norm.ppf(0.8)) * task["error"])
    pairs.append(tasks)
json.dump({
    "numpy": numpy.__version__, "scipy": scipy.__version__, "statsmodels": statsmodels.__version__, "margin": MARGIN,
    "pairs": pairs}, sys.stdout, separators=(",", ":"))
