"""Writes distributions.json: elementary functions and probability distributions to double precision, by mpmath.

    python make_distributions.py > distributions.json

Everything is computed with 60 digits from the double that is written: incomplete beta functions from the series
2F1(1, a + b; a + 1; x), whose terms are all positive, Student's by quadrature where that would not end.
"""

import json
import math
import sys

import mpmath
import numpy
from mpmath import mp, mpf

SEED = 20251124
mp.dps = 60
generator = numpy.random.default_rng(SEED)


def logarithmic(low, high, count):
    return [float(x) for x in numpy.exp(generator.uniform(math.log(low), math.log(high), count))]


def series(a, b, x):
    """The regularised incomplete beta function for x below 0.999; twice a and b are whole numbers."""
    weight = mp.exp(a * mp.log(x) + b * mp.log1p(-x) + mp.loggamma(a + b) - mp.loggamma(a)
                    - mp.loggamma(b)) / a
    # Fixed-point numbers with 160 bits after the point.
    numerator, shift = x.man, -x.exp
    above, below = int(2 * (a + b)), int(2 * (a + 1))
    term = total = 1 << 160
    while term:
        term = (term * above * numerator >> shift) // below
        total += term
        above += 2
        below += 2
    return weight * mpf(total) / mpf(2) ** 160


def beta_tails(a, b, x):
    a, b, x = mpf(a), mpf(b), mpf(x)
    if x < 0.999 and (x * (a + b) <= a or x < 0.001):
        lower = series(a, b, x)
        return float(lower), float(1 - lower)
    upper = series(b, a, 1 - x)
    return float(1 - upper), float(upper)


def student_tail(df, t):
    """The probability above t > 0."""
    df, t = mpf(df), mpf(t)
    if df < 1000:
        return float(mp.betainc(df / 2, mpf(1) / 2, 0, df / (df + t * t), regularized=True) / 2)
    constant = mp.exp(mp.loggamma((df + 1) / 2) - mp.loggamma(df / 2)) / mp.sqrt(df * mp.pi)
    # Relative to the density at t, as quadrature is accurate to an absolute error.
    first = mp.log1p(t * t / df)
    density = lambda u: mp.exp(-(df + 1) / 2 * (mp.log1p(u * u / df) - first))
    constant *= mp.exp(-(df + 1) / 2 * first)
    edges = [t + i * mpf(2) / (1 + t) for i in range(40)] + [t + 100]
    with mp.workdps(25):
        return float(constant * mp.quad(density, edges))


logarithms = [5e-324, 1e-310, 2.2250738585072014e-308, 1.7976931348623157e308, 0.5, 1, 2, 10,
              math.sqrt(2), math.sqrt(0.5), 1 + 2**-52, 1 - 2**-53]
logarithms += logarithmic(1e-300, 1e300, 60) + logarithmic(0.5, 2, 80)
exponentials = [0, 1, -1, 709.78, -708, -740, 1e-300, 0.34657359, -0.34657359]
exponentials += [float(x) for x in generator.uniform(-700, 700, 60)]
exponentials += [float(x) for x in generator.uniform(-1, 1, 60)]
stirling = [0.5, 1, 1.5, 2, 9.5, 10, 10.5, 100, 1e9] + logarithmic(0.5, 1e6, 40)

normal = [0, -1e-300, 1e-10, -1, 1, 0.999, 5, -5, -10, -20, -37, -38]
normal += [float(x) for x in generator.uniform(-8, 8, 60)]
normal_quantiles = [0.975, 0.95, 0.8, 0.9, 0.995, 0.5, 0.25, 0.75, 0.5 + 1e-12, 1e-300, 1e-100, 1 - 2**-53]
normal_quantiles += logarithmic(1e-20, 0.5, 30) + [1 - p for p in logarithmic(1e-6, 0.5, 10)]


def normal_quantile(p):
    q = min(mpf(p), 1 - mpf(p))
    z = mp.findroot(lambda z: mp.log(mp.erfc(z / mp.sqrt(2)) / 2) - mp.log(q),
                    mp.sqrt(-2 * mp.log(q)) * 0.9 if q < 0.1 else (mpf(1) / 2 - q) * 2.5)
    return float(z if p > 0.5 else -z)


student = []
for df in [1, 2, 3, 4, 9, 25, 56, 99.5, 540, 14041, 1e6, 1e9]:
    for t in [1e-8, 0.3, 0.99, 1.96, 4, 12.706]:
        t = t * float(generator.uniform(0.9, 1.1))
        tail = student_tail(df, t)
        if tail > 1e-290:
            student.append([df, t, tail])

beta = []
shapes = [(0.5, 0.5), (1, 1), (0.5, 30.5), (1, 31), (30, 1), (1.5, 29.5), (211, 331), (212, 330),
          (211.5, 330.5), (4427, 9616), (5804.5, 4238.5), (0.5, 1e6), (3, 1e9), (5e4, 5e4),
          (1e6, 2e6), (5e8, 5e8)]
for a, b in shapes:
    deviation = math.sqrt(a * b / (a + b + 1)) / (a + b)
    for z in [-30, -12, -5, -2, -0.7, 0, 0.9, 2.5, 6, 15, 34]:
        x = a / (a + b) + z * deviation
        if not 0 < x < 1:
            x = float(generator.uniform(0, 1)) * (a / (a + b) if z < 0 else 1)
        x = float(x)
        lower, upper = beta_tails(a, b, x)
        # A difference from 1 has lost its digits below 1e-25.
        if min(lower, upper) > (1e-25 if min(x, 1 - x) < 0.001 else 1e-290):
            beta.append([a, b, x, lower, upper])

binomial = []
for n, p in [(1, 0.3), (30, 0.5), (541, 0.39), (1319, 1e-5), (14042, 0.3153), (100_000, 0.5),
             (1_000_000_000, 0.25)]:
    deviation = max(1, math.sqrt(n * p * (1 - p)))
    for z in [-8, -3, -1, 0, 2, 5, 20]:
        k = min(n, max(0, round(n * p + z * deviation)))
        p_, q_ = mpf(p), 1 - mpf(p)
        mass = mp.exp(mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1)
                      + k * mp.log(p_) + (n - k) * mp.log(q_))
        lower, upper = (1.0, 0.0) if k == n else beta_tails(n - k, k + 1, q_)
        binomial.append([n, p, k, float(mass), lower, upper])

json.dump({
    "seed": SEED, "python": sys.version.split()[0], "mpmath": mpmath.__version__,
    "numpy": numpy.__version__,
    "logarithms": [[x, float(mp.log(mpf(x)))] for x in logarithms],
    "exponentials": [[x, float(mp.exp(mpf(x)))] for x in exponentials],
    "stirling_remainders": [
        [z, float(mp.loggamma(z) - ((mpf(z) - 0.5) * mp.log(z) - z + mp.log(2 * mp.pi) / 2))]
        for z in stirling],
    "normal": [[z, float(mp.ncdf(mpf(z)))] for z in normal],
    "normal_quantiles": [[p, normal_quantile(p) if p != 0.5 else 0.0] for p in normal_quantiles],
    "student": student, "beta": beta, "binomial": binomial,
}, sys.stdout)
print()
