"""Writes judging.json: what SciPy, statsmodels and enumeration say of the routines that verdicts rest on.

    python make_judging.py > judging.json

Ratios are regressions on nothing else with weights and errors robust against clusters; Tango's restricted estimate is found by
maximising the likelihood, and his interval by root finding; sign-flip tests are enumerated; flips of items are summed over
SciPy's binomial distribution and, for few of many items, over its Skellam distribution.
"""

import itertools
import json
import math
import sys

import numpy
import scipy
import statsmodels
from scipy import optimize, special, stats
from statsmodels.regression.linear_model import WLS

SEED = 20261130
generator = numpy.random.default_rng(SEED)


def ratio_row(values, weights, clusters):
    fit = WLS(values, numpy.ones(len(values)), weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": numpy.array(clusters), "use_correction": False})
    count = len(set(clusters))
    return {"values": [float(x) for x in values], "weights": [float(w) for w in weights],
            "clusters": [f"c{c}" for c in clusters], "mean": float(fit.params[0]),
            "standard_error": float(fit.bse[0]) * math.sqrt(count / (count - 1))}


def log_ratio_row(first, second, weights):
    """The logarithm of a ratio of weighted means, its error by the derivative in each document's place."""
    first, second, weights = map(numpy.asarray, (first, second, weights))
    total = weights.sum()

    def value(w):
        return math.log((w * first).sum() / (w * second).sum())

    # The infinitesimal jackknife, by central differences.
    influence = []
    for index in range(len(weights)):
        step = numpy.zeros(len(weights))
        step[index] = 1e-5 * weights[index]
        influence.append((value(weights + step) - value(weights - step)) / 2e-5)
    count = len(weights)
    return {"first": first.tolist(), "second": second.tolist(), "weights": weights.tolist(), "value": value(weights),
            "standard_error": math.sqrt(count / (count - 1) * sum(u * u for u in influence)), "total": float(total)}


def restricted(n, b, c, delta):
    """The likeliest p21 if p12 - p21 = delta."""
    low, high = max(0, -delta), (1 - delta) / 2

    def loss(p):
        return -(special.xlogy(b, p + delta) + special.xlogy(c, p) + special.xlogy(n - b - c, 1 - 2 * p - delta))

    # The likelihood is concave: where its slope changes sign.
    def slope(p):
        value = 0.0
        if b:
            value += b / (p + delta)
        if c:
            value += c / p
        if n - b - c:
            value -= 2 * (n - b - c) / (1 - 2 * p - delta)
        return value

    edge = 1e-15
    if slope(low + edge) <= 0:
        return low
    if slope(high - edge) >= 0:
        return high
    root = optimize.brentq(slope, low + edge, high - edge, xtol=1e-17, rtol=8.9e-16)
    assert loss(root) <= min(loss(low + 1e-12), loss(high - 1e-12)) + 1e-9
    return root


def score(n, b, c, delta):
    p = restricted(n, b, c, delta)
    variance = n * (2 * p + delta * (1 - delta))
    distance = b - c - n * delta
    if variance <= 0:
        return 0.0 if distance == 0 else math.copysign(math.inf, distance)
    return distance / math.sqrt(variance)


def tango_row(n, b, c, delta, level):
    z = stats.norm.ppf((1 + level) / 2)
    estimate = (b - c) / n
    # The statistic falls from above z to below -z as the limit grows.
    lower = -1.0 if score(n, b, c, -1 + 1e-9) < z else optimize.brentq(
        lambda d: score(n, b, c, d) - z, -1 + 1e-9, min(estimate, 1 - 1e-9), xtol=1e-13)
    upper = 1.0 if score(n, b, c, 1 - 1e-9) > -z else optimize.brentq(
        lambda d: score(n, b, c, d) + z, max(estimate, -1 + 1e-9), 1 - 1e-9, xtol=1e-13)
    statistic = score(n, b, c, delta)
    return {"n": n, "b": b, "c": c, "limit": delta, "statistic": statistic,
            "above": float(stats.norm.sf(statistic)), "below": float(stats.norm.cdf(statistic)),
            "level": level, "lower": float(lower), "upper": float(upper)}


def sign_flip_row(sums):
    observed = abs(sum(sums))
    tolerance = 1e-12 * sum(map(abs, sums))
    count = sum(abs(sum(s * x for s, x in zip(signs, sums))) >= observed - tolerance
                for signs in itertools.product((-1, 1), repeat=len(sums)))
    return {"sums": [float(x) for x in sums], "p": count / 2 ** len(sums)}


def flip_row(n, d, k):
    """The probability that |items gained - items lost| is at most k, if each of n changes with the probability d."""
    total = 0.0
    for m in range(n + 1):
        up = numpy.arange(m + 1)
        inside = numpy.abs(2 * up - m) <= k
        total += stats.binom.pmf(m, n, d) * stats.binom.pmf(up, m, 0.5)[inside].sum()
    skellam = sum(stats.skellam.pmf(j, n * d / 2, n * d / 2) for j in range(-k, k + 1))
    return {"n": n, "d": d, "k": k, "within": float(total), "skellam": float(skellam)}


def documents(count):
    weights = generator.integers(20, 400, count)
    return generator.normal(0.05, 0.2, count), weights


values, weights = documents(25)
few, light = documents(12)
costs = generator.gamma(2, 0.05, 20)

json.dump({
    "seed": SEED, "python": sys.version.split()[0], "numpy": numpy.__version__, "scipy": scipy.__version__,
    "statsmodels": statsmodels.__version__,
    "ratios": [ratio_row(values, weights, list(range(25))), ratio_row(values, weights, [i // 3 for i in range(25)]),
               ratio_row(few, light, [i % 5 for i in range(12)]), ratio_row(few, numpy.ones(12), list(range(12)))],
    "log_ratios": [log_ratio_row(costs * generator.uniform(0.4, 0.9, 20), costs, generator.integers(10, 90, 20)),
                   log_ratio_row(costs[:6] * 1.5, costs[6:12], numpy.ones(6))],
    "log_sums": [{"values": v, "sum": float(special.logsumexp(v))} for v in (
        [-1.5, -2.25, -0.5, -7.0], [-800.0, -801.0], [-1e-9, -40.0, -3.0], [2.0])],
    "tango": [tango_row(*row) for row in [
        (228, 0, 0, 0.02, 0.9), (228, 1, 0, 0.02, 0.95), (228, 2, 0, 0.02, 0.95), (1319, 60, 62, 0.01, 0.9),
        (541, 38, 31, -0.05, 0.95), (80, 0, 6, 0.05, 0.9), (24, 24, 0, 0.2, 0.95), (24, 0, 24, 0.2, 0.95),
        (14042, 702, 622, 0.0, 0.95), (14042, 702, 622, 0.01, 0.9), (100, 10, 3, 0.0, 0.95), (30, 1, 0, -0.1, 0.9)]],
    "sign_flips": [sign_flip_row(sums) for sums in [
        [1, 1, 1, 1, 1, 1], [3, -1, 2, 2, 1], [1, -1, 1, -1], [0.25, 0.5, -0.125, 2.5, 1.0, 0.75, -0.5],
        [float(round(x, 4)) for x in generator.normal(0.4, 1, 12)], [2, 2, 2, 2, 2, 2, 2, -1], [4]]],
    "flips": [flip_row(*row) for row in [
        (228, 0.013158, 4), (228, 0.013158, 0), (80, 0.0375, 5), (24, 0.5, 9), (80, 0.1, 5), (500, 0.002, 2),
        (10, 1.0, 6), (14042, 0.0001, 3)]],
}, sys.stdout)
print()
