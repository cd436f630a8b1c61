"""Writes tests.json: what SciPy and statsmodels say of tests, intervals and power.

    python make_tests.py > tests.json

The exact power of McNemar's test is summed over SciPy's binomial distribution; resamples follow from SplitMix64, written
here a second time.
"""

import json
import math
import sys

import numpy
import scipy
import statsmodels
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

SEED = 20251128
generator = numpy.random.default_rng(SEED)


def mcnemar_row(n, b, c):
    table = [[(n - b - c) // 2, b], [c, n - b - c - (n - b - c) // 2]]
    approximate = [float(mcnemar(table, exact=False, correction=correction).pvalue)
                   for correction in (True, False)]
    return {"n": n, "b": b, "c": c, "exact": float(mcnemar(table, exact=True).pvalue),
            "corrected": approximate[0], "uncorrected": approximate[1]}


def interval_row(k, n, level):
    lower, upper = proportion_confint(k, n, 1 - level, method="beta")
    posterior = stats.beta(k + 1, n - k + 1)
    tail = (1 - level) / 2
    return {"successes": k, "count": n, "level": level,
            "clopper_pearson": [0 if k == 0 else float(lower), 1 if k == n else float(upper)],
            "uniform_prior": [float(posterior.ppf(tail)), float(posterior.ppf(1 - tail))]}


def equivalence_row(values, margin):
    """Two one-sided t tests of paired differences."""
    p, (above, p_above, _), (below, p_below, _) = DescrStatsW(values).ttost_mean(-margin, margin)
    return {"values": values, "margin": margin, "p": float(p), "p_above": float(p_above),
            "p_below": float(p_below)}


def clustered_row(clusters):
    """The intercept of a regression on nothing else, with errors robust against clusters."""
    values = [value for cluster in clusters for value in cluster]
    groups = [index for index, cluster in enumerate(clusters) for _ in cluster]
    fit = OLS(values, numpy.ones(len(values))).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False})
    count = len(clusters)
    return {"clusters": clusters, "uncorrected": float(fit.bse[0]),
            "corrected": float(fit.bse[0]) * math.sqrt(count / (count - 1))}


def exact_power(n, discordance, difference, level=0.05):
    total = 0.0
    share = (1 + difference / discordance) / 2
    for m in range(1, n + 1):
        k = numpy.arange(m + 1)
        p = numpy.minimum(1, 2 * stats.binom.cdf(numpy.minimum(k, m - k), m, 0.5))
        significant = (p < level) & (2 * k != m)
        total += stats.binom.pmf(m, n, discordance) * stats.binom.pmf(k, m, share)[significant].sum()
    return float(total)


def splitmix(seed, index):
    mask = (1 << 64) - 1
    bits = (seed + (index + 1) * 0x9E3779B97F4A7C15) & mask
    bits = ((bits ^ bits >> 30) * 0xBF58476D1CE4E5B9) & mask
    bits = ((bits ^ bits >> 27) * 0x94D049BB133111EB) & mask
    return bits ^ bits >> 31


def bootstrap_row(clusters, seed, resamples):
    count = len(clusters)
    means = []
    for resample in range(resamples):
        drawn = [clusters[splitmix(seed, resample * count + draw) * count >> 64] for draw in range(count)]
        means.append(math.fsum(v for c in drawn for v in c) / sum(len(c) for c in drawn))
    # SciPy draws for itself: its interval only agrees as far as two bootstraps do.
    sizes = numpy.array([len(c) for c in clusters], float)
    sums = numpy.array([math.fsum(c) for c in clusters])
    independent = stats.bootstrap(
        (sums, sizes), lambda s, n, axis=-1: s.sum(axis=axis) / n.sum(axis=axis), paired=True,
        vectorized=True, n_resamples=20_000, method="percentile", rng=numpy.random.default_rng(SEED))
    return {"clusters": clusters, "seed": seed, "means": means[:20],
            "interval": [float(q) for q in numpy.quantile(means, [0.025, 0.975])],
            "resamples": resamples,
            "scipy": [float(independent.confidence_interval.low), float(independent.confidence_interval.high)]}


toy = [[1, 1, 0], [0, 0, 1, 0], [1, 1], [0, 1, 0]]
random = [[float(x) for x in generator.integers(-1, 2, int(n))] for n in generator.integers(1, 9, 30)]
p_values = [0.01, 0.04, 0.03, 0.005]
differences = [float(x) for x in numpy.round(generator.normal(0.02, 0.2, 40), 6)]

json.dump({
    "seed": SEED, "python": sys.version.split()[0], "numpy": numpy.__version__, "scipy": scipy.__version__,
    "statsmodels": statsmodels.__version__,
    "mcnemar": [mcnemar_row(*row) for row in [
        (541, 31, 38), (14042, 702, 622), (1319, 60, 62), (100, 10, 0), (220, 34, 15), (50, 1, 7)]],
    "intervals": [interval_row(*row) for row in [
        (211, 541, 0.95), (0, 30, 0.95), (30, 30, 0.95), (2, 30, 0.95), (4427, 14042, 0.95), (1, 7, 0.9)]],
    "holm": [{"p": p, "adjusted": [float(q) for q in multipletests(p, method="holm")[1]]} for p in [
        p_values, [0.02, 0.02, 0.02], [0.9, 0.5], [1e-12, 0.2, 0.049, 0.051, 0.8],
        [float(x) for x in generator.random(12) ** 3]]],
    "equivalence": [equivalence_row(differences, margin) for margin in (0.05, 0.1, 0.2)],
    "clustered": [clustered_row(toy), clustered_row(random)],
    "prediction": [
        {"runs": k, "own_runs": m, "level": level,
         "multiplier": float(stats.t.ppf((1 + level) / 2, k - 1) * math.sqrt(1 / k + 1 / m))}
        for k, m, level in [(2, 1, 0.95), (3, 1, 0.95), (5, 1, 0.95), (20, 1, 0.95), (5, 3, 0.95), (5, 1, 0.9949)]],
    "power": [{"n": n, "discordance": d, "difference": x, "power": exact_power(n, d, x)} for n, d, x in [
        (30, 0.25, 0.25), (30, 0.5, 0.4), (80, 0.1, 0.1), (228, 0.1, 0.06), (541, 0.1, 0.043), (1000, 0.3, 0.05)]],
    "seeds": [{"effect": d, "count": float(TTestPower().solve_power(effect_size=d, alpha=0.05, power=0.8))}
              for d in (0.25, 0.5, 1, 2)],
    "bootstrap": [bootstrap_row(toy, 7, 200), bootstrap_row(random, 0, 2000)],
}, sys.stdout)
print()
