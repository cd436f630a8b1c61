"""Times the matrix products of training against OpenBLAS's, with the kernels of every processor type that runs here.

Usage: matrix_products.py PROGRAM --threads T --rounds R

PROGRAM is the built matrix-benchmark, which times both sides in turns. OpenBLAS's figure is that of its best processor
type, product for product; ours is taken from the same process.
"""

import argparse
import json
import os
import subprocess
import sys

# Processor types of OpenBLAS 0.3 on x86-64, and of its ARM build; first whatever OpenBLAS itself takes.
CORE_TYPES = (None, "Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids", "ARMV8", "NEOVERSEN1", "NEOVERSEV1")


def measure(program: str, core: str | None, threads: int, rounds: int) -> list[dict]:
    """What the program prints with the kernels of one processor type; empty if they do not run here."""
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
    if core:
        environment["OPENBLAS_CORETYPE"] = core
    finished = subprocess.run(
        [program, str(threads), str(rounds)], env=environment, capture_output=True, text=True
    )
    if finished.returncode != 0:
        if not core:
            sys.exit(f"{program} failed:\n{finished.stderr}")
        return []
    products = [json.loads(line) for line in finished.stdout.splitlines()]
    # OpenBLAS takes another type where it does not have the one that is asked for.
    return [p for p in products if not core or p["openblas"].lower().endswith("core " + core.lower())]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    arguments = parser.parse_args()
    best: dict[str, tuple[float, dict, str]] = {}
    for core in CORE_TYPES:
        for product in measure(arguments.program, core, arguments.threads, arguments.rounds):
            known = best.get(product["product"])
            if known is None or product["openblas_gflops"] > known[0]:
                best[product["product"]] = (product["openblas_gflops"], product, product["openblas"].split()[-1])
    if not best:
        sys.exit("OpenBLAS has kernels for none of the processor types that this benchmark knows.")
    print(f"Matrix products, billions of operations a second, {arguments.threads} threads")
    print(f"  {'product':46} {'rows x columns x depth':>22} portable openblas  ratio  its best processor type")
    for name, (speed, product, core) in best.items():
        shape = f"{product['rows']} x {product['columns']} x {product['depth']}"
        portable = product["portable_gflops"]
        print(f"  {name:46} {shape:>22} {portable:8.1f} {speed:8.1f}  {portable / speed:5.2f}  {core}")
    ratios = sorted(product["portable_gflops"] / speed for speed, product, _ in best.values())
    print(f"  lowest ratio {ratios[0]:.2f}, median {ratios[len(ratios) // 2]:.2f}\n", flush=True)


if __name__ == "__main__":
    main()
