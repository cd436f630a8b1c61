"""Makes pairs.json: `python make_comparison.py > pairs.json`, in an environment with SciPy and statsmodels.

Fifty pairs of models, each with scores on one to three tasks, and what SciPy and statsmodels say of every difference: the
exact McNemar test, the paired t test, all sign flips, standard errors of clusters by least squares, Holm's correction, and
two one-sided tests against a margin. Tango's score test, of which the less clear p value counts beside that of t, maximises
the likelihood numerically here. A known task is one that replicate scores itself, from likelihoods. Models of several seeds have their
scores averaged item by item; a p value is the larger one of that over items and of Student's t over seeds, the error the larger
one, and the interval reaches as far as both. Scores are in quarters, one digit each; a group's tasks are divided by spaces, seeds
by bars.
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
    """Of arrays with a row of scores for each seed."""
    seeds = b.mean(axis=1) - a.mean(axis=1)
    d = b.mean(axis=0) - a.mean(axis=0)
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
    if kind in ("binary", "known") and len(seeds) == 1:
        more, fewer = int((d > 0).sum()), int((d < 0).sum())
        p = float(stats.binomtest(more, more + fewer).pvalue) if more + fewer else 1.0
    elif (sums != 0).sum() <= 20:
        p = flips(sums)
    elif kind == "group":
        p = float(2 * stats.t.sf(abs(mean / error), free))
    else:
        p = float(stats.ttest_1samp(d, 0).pvalue)
    interval = stats.t.interval(0.95, free, mean, error)
    above = max(stats.t.sf((mean + MARGIN) / error, free), stats.norm.sf(tango(n, d[d > 0].sum(), -d[d < 0].sum(), -MARGIN)))
    below = max(stats.t.cdf((mean - MARGIN) / error, free), stats.norm.cdf(tango(n, d[d > 0].sum(), -d[d < 0].sum(), MARGIN)))
    if len(seeds) > 2:
        between, free = float(stats.sem(seeds)), len(seeds) - 1
        p = max(p, float(stats.ttest_1samp(seeds, 0).pvalue))
        own = stats.t.interval(0.95, free, mean, between)
        interval = min(interval[0], own[0]), max(interval[1], own[1])
        above = max(above, stats.t.sf((mean + MARGIN) / between, free))
        below = max(below, stats.t.cdf((mean - MARGIN) / between, free))
        error = max(error, between)
    return {
        "difference": mean, "error": error, "interval": [float(x) for x in interval], "p": p, "tost": float(max(above, below)),
        "of_seeds": len(seeds) > 2 and error == between}


def draw(kind, seeds):
    effect = random.choice([-0.3, 0, 0, 0.3])
    clusters = None
    if kind == "group":
        count = int(random.integers(5, 9) if random.random() < 0.5 else random.integers(24, 28))
        clusters = [task for task in range(count) for _ in range(random.integers(2, 6))]
    n = len(clusters) if clusters else int(random.integers(40, 90))
    levels = 4 if kind == "graded" else 1
    base = random.normal(size=n)
    def scores(shift):
        shifts = shift + (0 if seeds == 1 else random.normal(size=(seeds, 1)) / 2)
        share = 1 / (1 + numpy.exp(-(2 * base + numpy.broadcast_to(shifts, (seeds, 1)))))
        return random.binomial(levels, share) * (4 // levels)
    a, b = scores(0), scores(4 * effect)
    if clusters is None:
        text = lambda scores: "|".join("".join(map(str, own)) for own in scores)
    else:
        text = lambda scores: " ".join(
            "".join(str(score) for score, own in zip(scores[0], clusters) if own == cluster) for cluster in sorted(set(clusters)))
    return {"kind": kind, "a": text(a), "b": text(b), **expected(kind, a / 4, b / 4, clusters)}


pairs = []
for number in range(50):
    # Every fifth pair has several seeds; at most one of its tasks is known, which has to have a name of its own.
    seeds = int(random.integers(2, 6)) if number % 5 == 4 else 1
    kinds = random.choice(["binary", "graded", "group"] if seeds == 1 else ["binary", "graded"], size=random.integers(1, 4))
    if number % 3 == 0:
        kinds[-1] = "known"
    tasks = [draw(str(kind), seeds) for kind in kinds]
    for key, source in [("holm", "p"), ("tost_holm", "tost")]:
        for task, value in zip(tasks, multipletests([task[source] for task in tasks], method="holm")[1]):
            task[key] = float(value)
    for task in tasks:
        level = 0.05 / len(tasks)
        if not task.pop("of_seeds"):
            task["detectable"] = float((stats.norm.ppf(1 - level / 2) + stats.norm.ppf(0.8)) * task["error"])
    pairs.append(tasks)
json.dump({
    "numpy": numpy.__version__, "scipy": scipy.__version__, "statsmodels": statsmodels.__version__, "margin": MARGIN,
    "pairs": pairs}, sys.stdout, separators=(",", ":"))
