"""Writes precision.json: the trainings of make_run.py in bfloat16, and in fp64 from the same weights.

Run: python make_precision.py        (torch 2.13.0+cpu, transformers 5.16.1, on a CPU)

"mixed" is autocast to bfloat16 of fp32 weights; "bfloat16" is autocast of a model that was cast to bfloat16, as Axolotl
trains with `bf16: true`, with the fused AdamW. Both with attention by torch's `scaled_dot_product_attention`, whose scores
are fp32. "exact" is fp64 throughout, from the weights that the other begins with; its own steps decide its weights.
"""

import json
import pathlib
import sys

import torch
import transformers

FOLDER = pathlib.Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[1] / "LanguageModelsTests/Fixtures/parity"))

import make_run  # noqa: E402
from make_bfloat16 import cast  # noqa: E402
from make_parity import exact_arithmetic  # noqa: E402

SETTINGS = {**make_run.BASE, "epochs": 10, "learningRate": 2e-3}
IGNORED = make_run.IGNORED


def model(dtype):
    result = cast(make_run.tiny_model(), dtype)
    result.set_attn_implementation("sdpa")
    return result.train()


def gradients_of(net, examples, window, counts, is_autocast):
    """Adds the gradient of a window's mean loss to the parameters; returns the loss."""
    total = 0.0
    for batch in window:
        losses = []
        for i in batch:
            ids, labels = torch.tensor([examples[i]["input_ids"]]), examples[i]["labels"][1:]
            with torch.autocast("cpu", torch.bfloat16, enabled=is_autocast):
                logits = net(input_ids=ids, use_cache=False).logits[0, :-1]
            logits = logits.float() if is_autocast else logits
            losses.append(torch.nn.functional.cross_entropy(
                logits, torch.tensor(labels), ignore_index=IGNORED, reduction="sum"))
        loss = sum(losses) / sum(counts)
        total += loss.item()
        loss.backward()
    return total


def train(net, examples, is_autocast):
    names = set(transformers.Trainer.get_decay_parameter_names(None, net))
    parameters = dict(net.named_parameters())
    optimizer = torch.optim.AdamW([
        {"params": [p for n, p in parameters.items() if n in names],
         "weight_decay": SETTINGS["weightDecay"]},
        {"params": [p for n, p in parameters.items() if n not in names], "weight_decay": 0.0},
    ], lr=SETTINGS["learningRate"], fused=True)
    plan, log = make_run.windows(len(examples), SETTINGS), []
    schedule = transformers.get_cosine_schedule_with_warmup(
        optimizer, SETTINGS["warmUp"], len(plan))
    for window in plan:
        counts = [
            sum(y != IGNORED for i in batch for y in examples[i]["labels"][1:]) for batch in window]
        loss = gradients_of(net, examples, window, counts, is_autocast)
        norm = torch.linalg.vector_norm(
            torch.cat([p.grad.double().flatten() for p in parameters.values()])).item()
        scale = min(1, 1 / (norm + 1e-6))
        for p in parameters.values():
            p.grad.mul_(scale)
        before = {n: p.detach().clone() for n, p in parameters.items()}
        optimizer.step()
        same = sum((before[n] == p.detach()).sum().item() for n, p in parameters.items())
        idle = sum(
            (optimizer.state[p]["exp_avg"] == 0).sum().item() for p in parameters.values())
        log.append({
            "loss": loss, "gradientNorm": norm, "unchanged": same, "unmoved": idle})
        schedule.step()
        optimizer.zero_grad()
    return log


def main():
    torch.set_num_threads(1)
    examples = make_run.tiny_examples()
    content = {
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        "settings": SETTINGS, "runs": {}}
    for name, dtype in [("mixed", torch.float32), ("bfloat16", torch.bfloat16)]:
        steps = train(model(dtype), examples, True)
        exact = cast(model(dtype), torch.float64)
        with exact_arithmetic():
            content["runs"][name] = {"steps": steps, "exact": train(exact, examples, False)}
    (FOLDER / "precision.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")
    for name, run in content["runs"].items():
        for found, exact in zip(run["steps"], run["exact"]):
            print(name, found, exact["loss"] - found["loss"], exact["gradientNorm"] / found["gradientNorm"] - 1)


if __name__ == "__main__":
    main()
