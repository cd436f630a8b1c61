"""Makes the fixtures of this folder with the reference implementation of safetensors.

    python make_safetensors.py

Needs numpy, torch and safetensors; their versions are recorded in provenance.json.
"""

import json
import pathlib

import numpy
import safetensors
import torch
from safetensors.torch import save_file

SEED = 7
FOLDER = pathlib.Path(__file__).parent


def main():
    generator = torch.Generator().manual_seed(SEED)
    # fp32 only: what the writer must reproduce byte for byte.
    written = {
        "b.weight": torch.arange(6, dtype=torch.float32).reshape(2, 3) / 4,
        "a": torch.tensor([-0.0, 1e-42, float("inf"), -3.5]),
        'name "\\\n\u00e9\u4e2d': torch.tensor([1.5]),
        "a.scalar": torch.tensor(2.25),
        "empty": torch.zeros(0, 4),
    }
    save_file(written, FOLDER / "written.safetensors", metadata={"format": "pt"})
    # All 65,536 half-precision bit patterns, every one with its value as fp32.
    bits = numpy.arange(1 << 16, dtype=numpy.uint16).view(numpy.int16)
    half = torch.from_numpy(bits.copy()).view(torch.float16)
    # A sample is enough of what is stored; the test makes the other patterns itself.
    sample = torch.randperm(1 << 16, generator=generator)[:512]
    brain = torch.from_numpy(bits.copy()).view(torch.bfloat16)
    mixed = {
        "float16": half[sample].clone(),
        "float16.as32": half[sample].float(),
        "bfloat16": brain[sample].clone(),
        "bfloat16.as32": brain[sample].float(),
        "float64": torch.zeros(2, dtype=torch.float64),
        "int64": torch.arange(3),
        "int8": torch.zeros(3, dtype=torch.int8),
        "bool": torch.tensor([True, False]),
        "uint8": torch.zeros(5, dtype=torch.uint8),
        "float8": torch.zeros(4, dtype=torch.float8_e4m3fn),
    }
    save_file(mixed, FOLDER / "mixed.safetensors", metadata={"source": "make_safetensors.py", "\u00fc": "1"})
    (FOLDER / "provenance.json").write_text(json.dumps({
        "seed": SEED, "numpy": numpy.__version__, "torch": torch.__version__,
        "safetensors": safetensors.__version__}, indent=1, sort_keys=True) + "\n")


main()
