"""Writes what transformers computes in bfloat16 with the models of the other fixtures: bfloat16.json, bfloat16.safetensors.

Usage: python make_bfloat16.py        (needs transformers 5.16.1, torch 2.13.0 for CPUs, safetensors, gguf)

Of each model twice, "mixed" by autocast of fp32 weights and "bfloat16" by autocast of a model that was cast to bfloat16:
  bfloat16.json           how far logits, loss and the gradient of each parameter are from fp64 with the same weights: logits
                          by the root of the mean square, the loss as it is, gradients by L2 norms relative to fp64's
  bfloat16.safetensors    NAME.PRECISION: the logits of the first sequence
The loss is that of make_parity.py, over all sequences together; attention is torch's `scaled_dot_product_attention`, whose
scores are fp32.
"""

import json
import pathlib

import torch
import transformers
from make_parity import IGNORED, exact_arithmetic
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

FOLDER = pathlib.Path(__file__).parent
NAMES = ["llama-tied", "llama-untied", "llama3", "gemma3-tied", "gemma3-untied", "qwen2-tied", "qwen3-tied", "qwen3-untied",
         "olmo2", "gpt-neox", "gpt-neox-sequential"]  # fmt: skip


def cast(model, dtype):
    """The model with all parameters of a type; the frequencies of rotary embeddings stay fp32, as when it was loaded."""
    for parameter in model.parameters():
        parameter.grad = None
        parameter.data = parameter.data.to(dtype)
    return model


def compute(model, expected, is_autocast):
    """Logits of all sequences, the loss, and the gradients."""
    model.zero_grad()
    total, logits = 0.0, []
    for ids, labels in zip(expected["sequences"], expected["labels"]):
        with torch.autocast("cpu", torch.bfloat16, enabled=is_autocast):
            rows = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0]
        logits.append(rows.detach())
        total = total + torch.nn.functional.cross_entropy(
            rows[:-1].float() if is_autocast else rows[:-1], torch.tensor(labels[1:]),
            ignore_index=IGNORED, reduction="sum")
    count = sum(label != IGNORED for row in expected["labels"] for label in row[1:])
    loss = total / count
    loss.backward()
    # As checkpoints name them.
    head = "embed_out" if model.config.model_type == "gpt_neox" else "lm_head"
    gradients = {
        name.replace("lm_head", head): p.grad.double().clone()
        for name, p in model.named_parameters()}
    return logits, loss.item(), gradients


def main():
    torch.set_num_threads(1)
    facts, tensors = {}, {}
    for name in NAMES:
        expected = json.loads((FOLDER / name / "expected.json").read_text())
        facts[name] = {}
        for precision, dtype in [("mixed", torch.float32), ("bfloat16", torch.bfloat16)]:
            model = AutoModelForCausalLM.from_pretrained(
                FOLDER / name, dtype=dtype, attn_implementation="sdpa")
            logits, loss, gradients = compute(model, expected, True)
            with exact_arithmetic():
                exact_logits, exact_loss, exact = compute(cast(model, torch.float64), expected, False)
            error = torch.cat([
                (a.double() - b).flatten() for a, b in zip(logits, exact_logits)])
            facts[name][precision] = {
                "logits": error.square().mean().sqrt().item(),
                "loss": loss - exact_loss,
                "gradients": {
                    key: (torch.linalg.vector_norm(gradients[key] - exact[key])
                          / torch.linalg.vector_norm(exact[key])).item() for key in exact},
            }
            tensors[f"{name}.{precision}"] = logits[0].bfloat16().contiguous()
            worst = max(facts[name][precision]["gradients"].values())
            print(name, precision, facts[name][precision]["logits"], loss - exact_loss, worst)
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    (FOLDER / "bfloat16.json").write_text(
        json.dumps({"versions": versions, "models": facts}, separators=(",", ":")) + "\n")
    save_file(tensors, FOLDER / "bfloat16.safetensors")


if __name__ == "__main__":
    main()
