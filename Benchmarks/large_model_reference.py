"""Trains large_model.py's model with Hugging Face transformers and PyTorch in fp32, and prints one JSON object with every step.

    large_model_reference.py WORK --arm sft|eaft --steps N --accumulation N --threads T

WORK is what large_model.py wrote: the same weights and rows. A micro-batch is one row, cut to 1024 tokens; the answer and its
end are learned. The fused AdamW, a gradient norm clipped to 1.
"""

import argparse
import json
import pathlib
import time

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from reference import IGNORED, eaft_loss

ROW = 1024
K, ALPHA = 20, 0.333


def rows(work: pathlib.Path):
    """Token ids and labels of each row, each [1, at most 1024]."""
    tokenizer = AutoTokenizer.from_pretrained(work / "model")
    for line in (work / "chats.jsonl").read_text().splitlines():
        user, assistant = (message["content"] for message in json.loads(line)["messages"])
        prompt = f"<bos><start_of_turn>user\n{user}<end_of_turn>\n<start_of_turn>model\n"
        text = f"{prompt}{assistant}<end_of_turn>\n"
        encoding = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        end = len(text) - 1
        labels = [
            token if len(prompt) <= first and last <= end else IGNORED
            for token, (first, last) in zip(encoding["input_ids"], encoding["offset_mapping"])
        ]
        yield torch.tensor([encoding["input_ids"][:ROW]]), torch.tensor([labels[:ROW]])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--arm", choices=["sft", "eaft"], required=True)
    for name in ("steps", "accumulation", "threads"):
        parser.add_argument(f"--{name}", type=int, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    model = AutoModelForCausalLM.from_pretrained(arguments.work / "model", dtype=torch.float32)
    model.config.use_cache = False
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-6, weight_decay=0.0, fused=True)
    records, left = [], list(rows(arguments.work))
    for _ in range(arguments.steps):
        started = time.perf_counter()
        window, left = left[: arguments.accumulation], left[arguments.accumulation :]
        count = sum(int((labels[:, 1:] != IGNORED).sum()) for _, labels in window)
        total = 0.0
        for ids, labels in window:
            if arguments.arm == "sft":
                loss = model(input_ids=ids, labels=labels, num_items_in_batch=count).loss
            else:
                loss = eaft_loss(model(input_ids=ids).logits, labels, count, K, ALPHA)
            loss.backward()
            total += loss.item()
            del loss
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        records.append(
            {
                "loss": total,
                "gradientNorm": norm.item(),
                "seconds": time.perf_counter() - started,
                "tokens": sum(ids.numel() for ids, _ in window),
                "trainedTokens": count,
            }
        )
    print(json.dumps({"torch": torch.__version__, "steps": records}))


if __name__ == "__main__":
    main()
