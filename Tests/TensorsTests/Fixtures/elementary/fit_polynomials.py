"""Prints the polynomials of Sources/CKernels/ck_math.inc.h and how well they fit.

    python fit_polynomials.py

Needs mpmath (1.3.0 was used). Each polynomial interpolates its function at Chebyshev nodes (mpmath.chebyfit; see
Press et al., "Numerical Recipes", 5.8), which is within a small factor of the best approximation of its degree; the
coefficients are then rounded to the format that the kernel computes in. What is printed for each: the array,
constant term first, and the largest error of the rounded polynomial, in units of the function that uses it.
"""

import struct

from mpmath import erf, expm1, log, log1p, mp, mpf, nstr, pi, chebyfit, polyval, sqrt

mp.dps = 60
TINY = mpf(10) ** -20
LN2_HALF = log(2) / 2 * (1 + mpf(2) ** -12)


def exp_tail(r):
    """(exp(r) - 1 - r) / r^2."""
    return (expm1(r) - r) / r**2 if abs(r) > TINY else mpf(1) / 2 + r / 6


def log_tail(f):
    """(log(1 + f) - f) / f^2."""
    return (log1p(f) - f) / f**2 if abs(f) > TINY else -mpf(1) / 2 + f / 3


def erf_ratio(t):
    """erf(x) / x as a function of t = x^2 / 8 - 1."""
    x = sqrt(8 * (t + 1))
    return erf(x) / x if x > TINY else 2 / sqrt(pi)


def hexadecimal(value, single):
    """The value rounded to fp32 or fp64, as a C literal."""
    number = float(value)
    if single:
        number = struct.unpack("<f", struct.pack("<f", number))[0]
    mantissa, exponent = number.hex().split("p")
    return mantissa.rstrip("0").rstrip(".") + "p" + exponent + ("f" if single else ""), mpf(number)


def report(name, function, interval, terms, error, single=False):
    """Prints one polynomial; error(t, difference) turns a difference at t into the error of the final result."""
    literals = [hexadecimal(c, single) for c in reversed(chebyfit(function, interval, terms))]
    coefficients = [value for _, value in reversed(literals)]
    low, high = interval
    worst = max(
        abs(error(t, polyval(coefficients, t) - function(t)))
        for t in (low + (high - low) * k / 4000 for k in range(4001)))
    print(f"{name}: error 2^{nstr(log(worst, 2), 4)}")
    for literal, _ in literals:
        print(f"    {literal},")


def main():
    interval = [-LN2_HALF, LN2_HALF]
    third = mpf(1) / 3
    report("exp, fp32; relative", exp_tail, interval, 6,
           lambda r, d: d * r**2 / (1 + expm1(r)), single=True)
    report("expm1; relative", exp_tail, interval, 7,
           lambda r, d: d * r**2 / expm1(r) if r else mpf(0))
    report("log; relative", log_tail, [-third, third], 12,
           lambda f, d: d * f**2 / log1p(f) if f else mpf(0))
    report("erf; relative", erf_ratio, [mpf(-1), mpf(1)], 21, lambda t, d: d / erf_ratio(t))


main()
