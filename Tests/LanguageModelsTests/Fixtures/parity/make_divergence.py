"""Makes divergence.json: how far models have moved from those of the folders here when all their weights grow by 2 %.

    python make_divergence.py          (writes beside itself; needs transformers and torch)

For each request of expected.json, the sum over its continuation of KL(base || grown), in nats: logits by transformers in fp32,
everything after them in double.
"""

import json
import os
import pathlib

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
import transformers
from transformers import AutoModelForCausalLM

HERE = pathlib.Path(__file__).parent
FACTOR = 1.02
transformers.logging.set_verbosity(transformers.logging.CRITICAL)


def main():
    torch.set_num_threads(1)
    result = {}
    for folder in sorted(path.parent for path in HERE.glob("*/model.safetensors")):
        expected = json.loads((folder / "expected.json").read_text())
        base = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        grown = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        with torch.no_grad():
            for parameter in grown.parameters():
                parameter.mul_(torch.tensor(FACTOR, dtype=torch.float32))
            sums = []
            for score in expected["scores"]:
                tokens = torch.tensor([expected["context"] + score["continuation"]])
                count = len(score["continuation"])
                rows = [model(tokens).logits[0, -1 - count:-1].double().log_softmax(-1) for model in (base, grown)]
                sums.append(float((rows[0].exp() * (rows[0] - rows[1])).sum()))
        result[folder.name] = sums
    (HERE / "divergence.json").write_text(json.dumps({
        "versions": {"transformers": transformers.__version__, "torch": torch.__version__}, "factor": FACTOR, "divergences": result},
        indent=1) + "\n")


main()
