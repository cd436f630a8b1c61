"""Repeats a training of Axolotl with PyTorch alone, in fp32 and in fp64, and says how far rounding takes the one from the other.

    python replicate_rounding.py FOLDER

FOLDER is that of a finished training, as `replicate_plugin.py` left it. Each step learns from the same batch with the learning
rate that Axolotl logged; weights, gradients and moments are fp32 or fp64 from the first step to the last. fp32 is done twice, with
the attention `eager` and with `sdpa`, which round otherwise. `rounding.json` in FOLDER gets, for each step, the larger distance of
both from fp64, and that of the final weights. It ends with a sentence if the batches are not those that Axolotl learned from, or
if its losses are further away than a thousandth: then something else was repeated than the training.
"""

import hashlib
import json
import os
import pathlib
import struct
import sys

import numpy
import torch
import transformers
import yaml
from accelerate.data_loader import BatchSamplerShard
from torch.utils.data import BatchSampler

from replicate_plugin import IGNORED, read_examples


class Wide:
    """The module torch, except that its fp32 is fp64."""

    float32 = torch.float64

    def __getattr__(self, name):
        return getattr(torch, name)


class Exactly:
    """Inside, a model in fp64 computes in fp64 also what it casts to fp32 itself: norms, softmax, losses.

    The angles of rotary embeddings stay fp32: they are constants of the model.
    """

    def __init__(self, model):
        self.module = sys.modules[type(model).__module__]
        self.narrow = torch.Tensor.float

    def __enter__(self):
        torch.Tensor.float = lambda tensor: tensor if tensor.dtype == torch.float64 else self.narrow(tensor)
        self.module.torch = Wide()

    def __exit__(self, *_):
        torch.Tensor.float = self.narrow
        self.module.torch = torch


def windows(count, settings, world, steps):
    """The micro-batches of each step, as accelerate deals them to processes in turn; an epoch's last window may be short."""
    size, length = settings["micro_batch_size"], settings["gradient_accumulation_steps"] * world
    result, epoch = [], 0
    while len(result) < steps:
        order = range(count)
        if not settings["curriculum_sampling"]:
            order = torch.randperm(count, generator=torch.Generator().manual_seed(settings["seed"] + epoch)).tolist()
        sampler = BatchSampler(order, size, drop_last=False)
        dealt = sampler if world == 1 else [
            batch for turn in zip(*(BatchSamplerShard(sampler, world, rank) for rank in range(world))) for batch in turn]
        batches = [list(batch) for batch in dealt]
        result += [batches[i:i + length] for i in range(0, len(batches), length)]
        epoch += 1
    return result[:steps]


def digest(window, examples):
    """What the plugin writes down of a window."""
    hashed = hashlib.sha256(struct.pack("<i", len(window)))
    for batch in window:
        words = [len(batch)]
        for index in batch:
            ids, labels = examples[index]
            words += [len(ids), *ids.tolist(), *labels.tolist()]
        hashed.update(struct.pack(f"<{len(words)}i", *words))
    return hashed.hexdigest()


def token_losses(model, batch, examples, settings):
    """The weighted cross entropies of a micro-batch's learned tokens, and how many there are."""
    rows = [examples[index] for index in batch]
    longest = max(len(ids) for ids, _ in rows)

    def padded(part, fill):
        return torch.tensor(numpy.stack([
            numpy.pad(part(row), (0, longest - len(row[0])), constant_values=fill) for row in rows])).to(model.device)

    ids, labels = padded(lambda row: row[0], 0), padded(lambda row: row[1], IGNORED)[:, 1:]
    mask = padded(lambda row: numpy.ones_like(row[0]), 0)
    logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1][labels != IGNORED].float()
    targets = labels[labels != IGNORED]
    losses = torch.nn.functional.cross_entropy(logits, targets, reduction="none")
    if settings.get("use_eaft"):
        alpha = settings.get("eaft_alpha", 1.0)
        largest = torch.softmax(logits.detach().topk(min(settings.get("eaft_k") or 20, logits.shape[-1]))[0], dim=-1)
        losses = losses * (-(largest * torch.log(largest + 1e-10)).sum(-1)) ** alpha
    elif settings.get("use_dft"):
        losses = losses * torch.exp(-losses.detach())
    return losses, len(targets)


def divisors(counts, settings, world, counts_tokens):
    """What the losses of each micro-batch are divided by, so that their sum is the step's loss."""
    if not counts_tokens:
        return [count * len(counts) for count in counts]
    if settings.get("replicate_average_tokens"):
        return [sum(counts)] * len(counts)
    # Micro-batches are dealt to processes in turn; each process divides by its own tokens.
    return [sum(counts[index % world::world]) * world for index in range(len(counts))]


def train(model, plan, examples, settings, world, counts_tokens, rates):
    """Losses and gradient norms of the steps, as numbers of fp64."""
    decayed = set(transformers.Trainer.get_decay_parameter_names(None, model))
    named = list(model.named_parameters())
    optimizer = torch.optim.AdamW(
        [{"params": [p for name, p in named if name in decayed], "weight_decay": settings.get("weight_decay", 0.0)},
         {"params": [p for name, p in named if name not in decayed], "weight_decay": 0.0}],
        lr=settings["learning_rate"], betas=(settings["adam_beta1"], settings["adam_beta2"]), eps=settings["adam_epsilon"])
    model.train()
    result = []
    for window, rate in zip(plan, rates):
        counts = [sum(int((examples[index][1][1:] != IGNORED).sum()) for index in batch) for batch in window]
        total = 0.0
        for batch, divisor in zip(window, divisors(counts, settings, world, counts_tokens)):
            loss = token_losses(model, batch, examples, settings)[0].sum() / divisor
            loss.backward()
            total += float(loss.detach())
        norm = torch.nn.utils.clip_grad_norm_([p for _, p in named], settings["max_grad_norm"])
        result.append((total, float(norm)))
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        optimizer.zero_grad()
    return result


def load(folder, precision, attention):
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation=attention)
    if precision == torch.float64:
        model = model.double()
        for module in model.modules():
            for name, buffer in module.named_buffers(recurse=False):
                if name.endswith("inv_freq"):
                    setattr(module, name, buffer.float())
    return model.to("cuda" if torch.cuda.is_available() else "cpu")


def main():
    folder = pathlib.Path(sys.argv[1])
    settings = yaml.safe_load((folder / "axolotl.yml").read_text(encoding="utf-8"))
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    steps = [event for event in events if event["event"] == "step"]
    started = next(event for event in events if event["event"] == "started")
    world = started["world_size"]
    counts_tokens = started["reduction"]["has_own_loss"] or started["reduction"]["model_accepts_loss_kwargs"]
    examples = [(row["input_ids"], row["labels"]) for row in read_examples(folder / "examples.tokens")]
    plan = windows(len(examples), settings, world, len(steps))
    for window, step in zip(plan, steps):
        if digest(window, examples) != step["batch"]:
            sys.exit(f"Step {step['step']} learned from another batch than the one that would be repeated.")

    def repeat(precision, attention):
        model = load(folder / "model", precision, attention)
        arguments = (model, plan, examples, settings, world, counts_tokens, [step["learning_rate"] for step in steps])
        if precision == torch.float32:
            return train(*arguments), model
        with Exactly(model):
            return train(*arguments), model

    exact, exact_model = repeat(torch.float64, "eager")
    for (loss, _), step in zip(exact, steps):
        if not abs(loss - step["loss"]) <= 1e-3 * abs(loss):
            sys.exit(f"Step {step['step']} has the loss {loss} in fp64, and Axolotl's is {step['loss']}: something else was repeated.")
    distances, weights = [[0.0, 0.0] for _ in steps], 0.0
    for attention in ("eager", "sdpa"):
        found, model = repeat(torch.float32, attention)
        for distance, (loss, norm), (exact_loss, exact_norm) in zip(distances, found, exact):
            distance[0] = max(distance[0], abs(loss - exact_loss))
            distance[1] = max(distance[1], abs(norm - exact_norm) / exact_norm)
        for own, other in zip(model.parameters(), exact_model.parameters()):
            weights = max(weights, (own.detach().double() - other.detach()).abs().max().item())
    content = {
        "loss": [distance[0] for distance in distances], "gradient_norm": [distance[1] for distance in distances],
        "weights": weights, "versions": {"torch": torch.__version__, "transformers": transformers.__version__}}
    temporary = folder / "rounding.json.part"
    temporary.write_text(json.dumps(content, allow_nan=False), encoding="utf-8")
    os.replace(temporary, folder / "rounding.json")


if __name__ == "__main__":
    main()
