"""Writes python_floats.json: bits of doubles and what `repr` makes of them.

    python make_python_floats.py > python_floats.json
"""

import json
import platform
import random
import struct

SEED = 1


def bits(value):
    return struct.unpack("Q", struct.pack("d", value))[0]


def main():
    generator = random.Random(SEED)
    values = [0.0, -0.0, 1.0, 0.1, 1 / 3, 1e15, 1e16, 9999999999999998.0, 123456789012345680.0, 1e22, 1e-4, 9.999e-5]
    values += [1.5e-7, 5e-324, 1.7976931348623157e308, -192.80650329589844, 2.0**53, 2.0**54, 2.0**60, 2.0**63]
    values += [float("nan"), float("inf"), float("-inf")]
    while len(values) < 400:
        value = struct.unpack("d", struct.pack("Q", generator.getrandbits(64)))[0]
        if value == value:
            values.append(value)
    values += [generator.uniform(-1, 1) * 10 ** generator.randint(-8, 20) for _ in range(400)]
    cases = [{"bits": f"{bits(value):016x}", "repr": repr(value)} for value in values]
    print(json.dumps({"python": platform.python_version(), "seed": SEED, "cases": cases}, indent=1))


main()
