#!/usr/bin/env python3
"""Writes hashed requirements of the engine axolotl, from an environment that works or from packages to be resolved.

    engine-requirements.py PYTHON                 every package of the environment that PYTHON belongs to
    engine-requirements.py PYTHON PACKAGE==X …    these with all that they need, as pip resolves them for PYTHON

Prints one line a package, with the digest of the file that pip chooses for that Python and machine; the first line names the
Python. What is installed from it is what was tried: `pip install --no-deps --require-hashes -r FILE`.

The lists for CUDA are resolved, with pip's settings naming nothing but the Python package index, whose PyTorch is built for it:
`python3.11 axolotl==0.19.0`, `python3.12 axolotl==0.21.0`, and for the evaluation each of both with the packages and versions of
`evaluation_cpu.txt`.
"""

import json
import subprocess
import sys
import tempfile


def pip(python, *arguments):
    return subprocess.run([python, "-m", "pip", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def main():
    python, packages = sys.argv[1], sys.argv[2:]
    options = ["--dry-run", "--quiet", "--ignore-installed", "--report", "-"]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        if not packages:
            installed = json.loads(pip(python, "list", "--format", "json"))
            packages = [f"{entry['name']}=={entry['version']}" for entry in installed
                        if entry["name"] not in ("pip", "setuptools", "wheel")]
            options += ["--no-deps", "--ignore-requires-python"]
        file.write("\n".join(packages) + "\n")
        file.flush()
        report = json.loads(pip(python, "install", *options, "-r", file.name))
    version = subprocess.run(
        [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], check=True, stdout=subprocess.PIPE, text=True)
    print(f"# python {version.stdout.strip()}")
    for item in sorted(report["install"], key=lambda item: item["metadata"]["name"].lower()):
        metadata, archive = item["metadata"], item["download_info"]["archive_info"]
        print(f"{metadata['name']}=={metadata['version']} --hash=sha256:{archive['hashes']['sha256']}")


if __name__ == "__main__":
    main()
