"""Writes run.json and run-*.safetensors: small trainings replayed in PyTorch with transformers' Gemma 3.

Run: python make_run.py                     for the fixtures
     python make_run.py MODEL EXAMPLES OUT  to replay ten steps over a Hugging Face folder and prepared examples
                                            (a JSON array of input_ids and labels), plain and gated; writes the final
                                            weights to OUT-<name>.safetensors
"""

import json
import math
import pathlib
import sys

import numpy
import safetensors.torch
import torch
import transformers
from transformers import Gemma3ForCausalLM, Gemma3TextConfig
from transformers.trainer import Trainer

SEED = 20260201
IGNORED = -100
FOLDER = pathlib.Path(__file__).parent
torch.set_num_threads(1)

BASE = {
    "seed": 42, "microBatchSize": 2, "accumulationSteps": 3, "epochs": 4, "warmUp": 2,
    "learningRate": 5e-3, "weightDecay": 0.1, "reduction": "token-window", "alpha": 0.0,
}
RUNS = {
    "sft": {},
    "sft-micro-batch-mean": {"reduction": "micro-batch-mean"},
    "eaft": {"alpha": 0.333},
}


def windows(count, settings):
    """The micro-batches of each step; an epoch's last window may be short."""
    size, steps = settings["microBatchSize"], settings["accumulationSteps"]
    total = settings.get("maximumSteps") or math.ceil(count * settings["epochs"] / (size * steps))
    result, epoch = [], 0
    while len(result) < total:
        generator = torch.Generator().manual_seed(settings["seed"] + epoch)
        order = torch.randperm(count, generator=generator).tolist()
        batches = [order[i:i + size] for i in range(0, count, size)]
        result += [batches[i:i + steps] for i in range(0, len(batches), steps)]
        epoch += 1
    return result[:total]


def token_losses(model, examples, batch, alpha):
    """Weighted cross entropies of a padded batch's trainable tokens, in a row."""
    longest = max(len(examples[i]["input_ids"]) for i in batch)

    def padded(key, fill):
        return torch.tensor([
            examples[i][key] + [fill] * (longest - len(examples[i][key])) for i in batch])

    ids, labels = padded("input_ids", 0), padded("labels", IGNORED)[:, 1:]
    mask = torch.tensor([
        [1] * len(examples[i]["input_ids"]) + [0] * (longest - len(examples[i]["input_ids"]))
        for i in batch])
    logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1].float()
    keep = labels != IGNORED
    losses = torch.nn.functional.cross_entropy(logits[keep], labels[keep], reduction="none")
    if alpha:
        top = torch.topk(logits[keep].detach(), min(20, logits.shape[-1]), dim=-1)[0]
        p = torch.softmax(top, -1)
        losses = losses * (-(p * torch.log(p + 1e-10)).sum(-1)) ** alpha
    return losses


def train(model, examples, settings):
    """Trains as Axolotl does; returns what each step logged."""
    names = set(Trainer.get_decay_parameter_names(None, model))
    parameters = dict(model.named_parameters())
    optimizer = torch.optim.AdamW([
        {"params": [p for n, p in parameters.items() if n in names],
         "weight_decay": settings["weightDecay"]},
        {"params": [p for n, p in parameters.items() if n not in names], "weight_decay": 0.0},
    ], lr=settings["learningRate"])
    plan, log = windows(len(examples), settings), []
    schedule = transformers.get_cosine_schedule_with_warmup(
        optimizer, settings["warmUp"], len(plan))
    model.train()
    for window in plan:
        counts = [
            sum(sum(y != IGNORED for y in examples[i]["labels"][1:]) for i in batch)
            for batch in window]
        total = 0.0
        for batch, count in zip(window, counts):
            losses = token_losses(model, examples, batch, settings["alpha"])
            if settings["reduction"] == "token-window":
                loss = losses.sum() / sum(counts)
            else:
                loss = losses.sum() / count / len(window)
            loss.backward()
            total += loss.item()
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), 1.0).item()
        log.append({
            "microBatches": window, "loss": total, "gradientNorm": norm,
            "learningRate": schedule.get_last_lr()[0], "trainableTokens": sum(counts)})
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    return log


def tiny_model():
    torch.manual_seed(SEED)
    return Gemma3ForCausalLM(Gemma3TextConfig(
        vocab_size=48, hidden_size=16, intermediate_size=24, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=1, head_dim=8, query_pre_attn_scalar=8,
        sliding_window=4, layer_types=["sliding_attention", "full_attention"],
        max_position_embeddings=64, initializer_range=0.5, attn_implementation="eager"))


def tiny_examples():
    # Not id 0: transformers never adds to the gradient of the padding token's embedding.
    generator = numpy.random.default_rng(SEED)
    result = []
    for _ in range(9):
        length = int(generator.integers(5, 15))
        ids = generator.integers(3, 48, length).tolist()
        masked = int(generator.integers(1, length - 1))
        result.append({"input_ids": ids, "labels": [IGNORED] * masked + ids[masked:-1] + [IGNORED]})
    return result


def weights(model):
    return {name: p.detach().clone() for name, p in model.named_parameters()}


def main():
    if len(sys.argv) == 4:
        examples = json.load(open(sys.argv[2]))
        for name, alpha, reduction in [
            ("sft", 0.0, "micro-batch-mean"), ("a0", 0.0, "token-window"),
            ("eaft", 0.333, "token-window"),
        ]:
            model = Gemma3ForCausalLM.from_pretrained(
                sys.argv[1], dtype=torch.float32, attn_implementation="eager")
            settings = dict(
                BASE, accumulationSteps=2, maximumSteps=10, learningRate=1e-3, weightDecay=0.0,
                alpha=alpha, reduction=reduction)
            for step in train(model, examples, settings):
                print(name, step["loss"], step["gradientNorm"], step["learningRate"])
            safetensors.torch.save_file(weights(model), f"{sys.argv[3]}-{name}.safetensors")
        return
    initial, examples = weights(tiny_model()), tiny_examples()
    safetensors.torch.save_file(initial, FOLDER / "run-initial.safetensors")
    content = {
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        "seed": SEED, "examples": examples, "runs": {}}
    for name, changes in RUNS.items():
        settings, model = {**BASE, **changes}, tiny_model()
        content["runs"][name] = {"settings": settings, "steps": train(model, examples, settings)}
        safetensors.torch.save_file(weights(model), FOLDER / f"run-{name}.safetensors")
    (FOLDER / "run.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
