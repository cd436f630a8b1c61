"""Compares what a record says of general_text with PyTorch: the log-likelihood and the divergence of each document.

    python given_texts.py RECORD ARTIFACTS GGUF [--documents 10]

RECORD is the folder of a sealed run of a manifest that evaluates general_text, ARTIFACTS the folder with its store, GGUF the file
that every arm started from. Needs torch, transformers, accelerate and gguf. Weights of the base come from the GGUF file by transformers' own
reader, those of the arms from the store; logits are those of transformers in fp32, everything after them is in double.
"""

import argparse
import json
import pathlib

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer


def main():
    parser = argparse.ArgumentParser()
    for name in ["record", "artifacts", "gguf"]:
        parser.add_argument(name, type=pathlib.Path)
    parser.add_argument("--documents", type=int, default=10)
    options = parser.parse_args()
    options.gguf = options.gguf.resolve()
    record = json.loads((options.record / "record.json").read_text())
    tokenizer = AutoTokenizer.from_pretrained(options.gguf.parent, gguf_file=options.gguf.name)

    def load():
        return AutoModelForCausalLM.from_pretrained(options.gguf.parent, gguf_file=options.gguf.name, dtype=torch.float32).eval()

    base, worst = load(), {"log_likelihood": 0.0, "log_likelihood per token": 0.0, "kl_from_base per token": 0.0}
    for arm in record["results"]["arms"]:
        digest = arm["digests"].get("weights")
        seed = f".{arm['seed']}" if arm.get("seed") is not None else ""
        file = options.record / "samples" / f"general_text.{arm['name']}{seed}.jsonl"
        model = base if digest is None else load()
        if digest is not None:
            tensors = load_file(options.artifacts / "store" / "sha256" / digest[:2] / digest)
            missing, unexpected = model.load_state_dict(tensors, strict=False)
            assert not unexpected and set(missing) <= {"lm_head.weight"}, (missing, unexpected)
            model.tie_weights()
        for line in file.read_text().splitlines()[:options.documents]:
            sample = json.loads(line)
            text = sample["passage"]["text"]
            ids = tokenizer(text, add_special_tokens=False)["input_ids"]
            assert len(ids) == sample["tokens"], (len(ids), sample["tokens"])
            tokens = torch.tensor([[tokenizer.bos_token_id] + ids])
            with torch.no_grad():
                rows = [m(tokens).logits[0, :-1].double().log_softmax(-1) for m in (base, model)]
            likelihood = float(rows[1].gather(1, tokens[0, 1:, None]).sum())
            divergence = float((rows[0].exp() * (rows[0] - rows[1])).sum())
            own = sample["passage"]["log_likelihood"], sample["kl_from_base"]
            for name, error in [
                ("log_likelihood", abs(likelihood - own[0])), ("log_likelihood per token", abs(likelihood - own[0]) / len(ids)),
                ("kl_from_base per token", abs(divergence - own[1]) / len(ids)),
            ]:
                worst[name] = max(worst[name], error)
        print(arm["name"], seed, "compared")
    print(json.dumps({"documents": options.documents, "largest differences": worst, "torch": torch.__version__}))


main()
