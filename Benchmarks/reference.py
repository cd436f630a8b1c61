"""Fine-tunes with Hugging Face transformers and PyTorch, and prints one JSON object with every step.

Usage: reference.py FOLDER --arm sft|eaft --steps N --threads T --seed S [--autocast]

In fp32, or with fp32 weights and forward passes under autocast to bfloat16.

FOLDER is what prepare.py wrote. The recipe is Axolotl's on a CPU: rows shuffled once (NumPy's permutation of the seed) and
once more by the sampler (torch.randperm of the seed), padded on the right to the longest of the batch, loss summed over the
batch and divided by its trained tokens, gradient norm clipped to 1, fused AdamW, cosine schedule without warm-up.
"""

import argparse
import json
import math
import pathlib
import time

import numpy
import torch
from transformers import AutoModelForCausalLM

BATCH = 4
IGNORED = -100


def batches(rows: list[dict], steps: int, seed: int):
    """The padded batches, in the order in which Axolotl and the HF Trainer take them."""
    rows = [rows[index] for index in numpy.random.default_rng(seed).permutation(len(rows))]
    order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(seed)).tolist()
    for step in range(steps):
        chosen = [rows[index] for index in order[step * BATCH : (step + 1) * BATCH]]
        longest = max(len(row["input_ids"]) for row in chosen)

        def padded(key: str, filler: int) -> torch.Tensor:
            return torch.tensor(
                [row[key] + [filler] * (longest - len(row[key])) for row in chosen]
            )

        mask = torch.tensor(
            [
                [1] * len(row["input_ids"]) + [0] * (longest - len(row["input_ids"]))
                for row in chosen
            ]
        )
        yield padded("input_ids", 2), mask, padded("labels", IGNORED)


def eaft_loss(logits, labels, count, k: int, alpha: float):
    """Axolotl's EAFT loss: cross entropy times (entropy of the k largest logits)^alpha, over the trained tokens."""
    scores = logits[..., :-1, :].contiguous().view(-1, logits.size(-1))
    targets = labels[..., 1:].contiguous().view(-1)
    trained = targets != IGNORED
    with torch.no_grad():
        largest = torch.topk(scores[trained].float(), k=min(k, scores.size(-1)), dim=-1).values
        probabilities = torch.softmax(largest, dim=-1)
        entropy = -(probabilities * torch.log(probabilities + 1e-10)).sum(dim=-1)
        weights = torch.pow(entropy, alpha)
    losses = torch.nn.functional.cross_entropy(scores[trained], targets[trained], reduction="none")
    return (losses * weights).sum() / count


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--arm", choices=["sft", "eaft"], required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--learning-rate", type=float, default=5e-5)
    parser.add_argument("--k", type=int, default=20)
    parser.add_argument("--alpha", type=float, default=0.333)
    parser.add_argument("--autocast", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    rows = json.loads((arguments.folder / "rows.json").read_text())
    model = AutoModelForCausalLM.from_pretrained(arguments.folder / "model", dtype=torch.float32)
    model.config.use_cache = False
    model.train()
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=arguments.learning_rate, weight_decay=0.0, fused=True
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: 0.5 * (1 + math.cos(math.pi * step / arguments.steps))
    )
    records = []
    for ids, mask, labels in batches(rows, arguments.steps, arguments.seed):
        started = time.perf_counter()
        count = int((labels[:, 1:] != IGNORED).sum())
        with torch.autocast("cpu", torch.bfloat16, enabled=arguments.autocast):
            if arguments.arm == "sft":
                loss = model(
                    input_ids=ids, attention_mask=mask, labels=labels, num_items_in_batch=count
                ).loss
            else:
                logits = model(input_ids=ids, attention_mask=mask).logits
        if arguments.arm == "eaft":
            loss = eaft_loss(logits.float(), labels, count, arguments.k, arguments.alpha)
            del logits
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        rate = schedule.get_last_lr()[0]
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        records.append(
            {
                "loss": loss.item(),
                "gradientNorm": norm.item(),
                "learningRate": rate,
                "seconds": time.perf_counter() - started,
                "tokens": int(mask.sum()),
                "paddedTokens": ids.numel(),
                "trainedTokens": count,
                "rowLengths": mask.sum(dim=1).tolist(),
            }
        )
        del loss
    print(json.dumps({"arm": arguments.arm, "torch": torch.__version__, "steps": records}))


if __name__ == "__main__":
    main()
