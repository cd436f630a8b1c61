"""Makes elementary.json: arguments whose results are hardest to round, with the exact results.

    python make_elementary.py

Needs mpmath, numpy and scipy; their versions are recorded. Looks at every fp32 number whose result is not trivial
(some minutes), keeps those whose results are nearest to the middle between two fp32 numbers, adds the arguments where
the kernels are furthest off (ElementaryKernelTests prints them) and the ends of the ranges, and computes each result
to 60 digits.
"""

import json
import pathlib

import mpmath
import numpy
import scipy
import scipy.special

FOLDER = pathlib.Path(__file__).parent
CHUNK = 1 << 21
HARDEST = 40

# Function in double, function in high precision, ranges of bits to search, further arguments.
FUNCTIONS = {
    "exp": (numpy.exp, mpmath.exp, [(0x33000000, 0x42B20000), (0xB3000000, 0xC2D00000)], [
        0xC0BC82EF,
        # The largest finite result and its successor; the ends of the normal and of the subnormal results.
        0x42B17217, 0x42B17218, 0xC2AEAC4F, 0xC2AEAC50, 0xC2CE8ECF, 0xC2CE8ED0, 0xC2CFF1B4, 0xC2CFF1B5]),
    "log": (numpy.log, mpmath.log, [(0x00000001, 0x7F800000)], [
        0x3FAAACC0, 0x00000001, 0x00800000, 0x3F7FFFFF, 0x3F800001, 0x3F2AAAAA, 0x3F2AAAAB, 0x7F7FFFFF]),
    "tanh": (numpy.tanh, mpmath.tanh, [(0x39000000, 0x41200000)], [
        0x3E31A262, 0x80000001, 0x00400001, 0x3EB17218, 0x41102CB3, 0x41102CB4, 0xC1102CB5]),
    "erf": (scipy.special.erf, mpmath.erf, [(0x39000000, 0x40800000)], [
        0x40671A4E, 0x00000001, 0x80000003, 0x00400001, 0x407AD447, 0x407AD448, 0xC07FFFFF]),
}


def double_of(bits):
    return float(numpy.uint32(bits).view(numpy.float32))


def hardest(function, ranges):
    """The bits of the arguments in the ranges whose results are nearest to a middle."""
    found = []
    for start, end in ranges:
        for low in range(start, end, CHUNK):
            bits = numpy.arange(low, min(low + CHUNK, end), dtype=numpy.uint32)
            results = function(bits.view(numpy.float32).astype(numpy.float64))
            mantissas, exponents = numpy.frexp(results)
            units = numpy.ldexp(mantissas, 24 + numpy.minimum(exponents + 125, 0))
            distances = numpy.abs(numpy.abs(units - numpy.floor(units)) - 0.5)
            nearest = numpy.argpartition(distances, HARDEST)[:HARDEST]
            found += zip(distances[nearest].tolist(), bits[nearest].tolist())
            found = sorted(found)[:HARDEST]
    return [bits for _, bits in found]


def case(function, bits):
    """One argument: its bits, the bits of the correctly rounded result and of the nearest double, and how far the
    correctly rounded result is from the exact one in units of the exact one's last place; 0 from 2^128 on."""
    exact = function(mpmath.mpf(double_of(bits)))
    # mpmath rounds to nearest, ties to even; the exponent decides how many bits a subnormal result has.
    exponent = max(mpmath.frexp(exact)[1], -125) - 24
    units = mpmath.nint(mpmath.ldexp(exact, -exponent))
    rounded = mpmath.ldexp(units, exponent)
    error = abs(rounded - exact) / mpmath.ldexp(1, exponent)
    overflows = abs(rounded) >= mpmath.mpf(2) ** 128
    single = numpy.float32("inf" if overflows else float(rounded))
    if abs(exact) >= mpmath.mpf(2) ** 128:
        error = 0
    return {"argument": bits, "nearestSingle": int(single.view(numpy.uint32)),
            "nearestDouble": int(numpy.float64(float(exact)).view(numpy.uint64)),
            "error": float(error)}


def main():
    mpmath.mp.dps = 60
    content = {"mpmath": mpmath.__version__, "numpy": numpy.__version__, "scipy": scipy.__version__,
               "cases": {}}
    for name, (approximate, exact, ranges, further) in FUNCTIONS.items():
        arguments = hardest(approximate, ranges) + further
        content["cases"][name] = [case(exact, bits) for bits in arguments]
    lines = json.dumps(content, sort_keys=True)
    lines = lines.replace("{\"argument\"", "\n{\"argument\"")
    (FOLDER / "elementary.json").write_text(lines + "\n")


main()
