"""Writes ranks.json and run-ranks*.safetensors: the small trainings of make_run.py over several processes.

Run: python make_ranks.py           for the fixtures: real processes with PyTorch's DistributedDataParallel over gloo, rows
                                    dealt by the `accelerate` library's own sampler
     python make_ranks.py axolotl   trains with Axolotl itself, two processes under torchrun on CPUs; replaces only what
                                    this version of it logged (needs the packages of an Axolotl that trains on CPUs, and
                                    its programs on PATH; 0.21 runs on Python 3.11 if pip is told to install it)
"""

import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

import accelerate
import safetensors.torch
import torch
import torch.distributed
import torch.multiprocessing
import transformers
from accelerate.data_loader import BatchSamplerShard
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import BatchSampler, DistributedSampler
from transformers.trainer import Trainer

import make_run

FOLDER = pathlib.Path(__file__).parent
FILE = FOLDER / "ranks.json"
BASE = dict(make_run.BASE, weightDecay=0.0, accumulationSteps=2, ranks=2)
RUNS = {
    # As the documented training: micro-batches of one row, two processes.
    "ranks-eaft": {"microBatchSize": 1, "alpha": 0.333, "reduction": "rank-mean"},
    # Micro-batches of two rows: who gets which row depends on the sampler, and both ends of the data are filled up.
    "ranks-sft": {"epochs": 5, "reduction": "rank-mean"},
    "ranks-sft-micro-batch-mean": {"epochs": 5, "reduction": "micro-batch-mean"},
    "ranks-sft-token-window": {"epochs": 5, "reduction": "token-window"},
    "ranks-three": {"epochs": 6, "ranks": 3, "microBatchSize": 1, "reduction": "rank-mean"},
}
# What is trained in Axolotl: the run whose rows and settings it shares, its keys, and the first minor version 0.x that has
# them (earlier ones pass unknown keys over).
AXOLOTL = {
    "eaft": ("ranks-eaft", {"use_eaft": True, "eaft_k": 20, "eaft_alpha": 0.333}, 0),
    "sft-as-eaft": ("ranks-sft", {"use_eaft": True, "eaft_k": 20, "eaft_alpha": 0.0}, 0),
    "sft": ("ranks-sft", {}, 0),
    "sft-single-rows": ("ranks-eaft", {}, 0),
    "dft": ("ranks-sft", {"use_dft": True}, 20),
}


def order(count, seed, epoch):
    """An epoch's order, as accelerate's seedable sampler draws it."""
    generator = torch.Generator().manual_seed(seed + epoch)
    return torch.randperm(count, generator=generator).tolist()


def rank_windows(count, settings, rank):
    """What each step of one process sees: its micro-batches, as accelerate deals them."""
    ranks, size, steps = (settings[key] for key in ("ranks", "microBatchSize", "accumulationSteps"))
    total = math.ceil(count * settings["epochs"] / (size * steps * ranks))
    result, epoch = [], 0
    while len(result) < total:
        batches = BatchSampler(order(count, settings["seed"], epoch), size, drop_last=False)
        dealt = [list(batch) for batch in BatchSamplerShard(batches, ranks, rank)]
        if size == 1:
            # With one row a micro-batch, PyTorch's own sampler deals the same.
            sampler = DistributedSampler(range(count), ranks, rank, seed=settings["seed"])
            sampler.set_epoch(epoch)
            assert [[i] for i in sampler] == dealt
        result += [dealt[i:i + steps] for i in range(0, len(dealt), steps)]
        epoch += 1
    return result[:total]


def tokens(examples, batch):
    return sum(sum(y != make_run.IGNORED for y in examples[i]["labels"][1:]) for i in batch)


def worker(rank, settings, examples, folder):
    """One process of a training; process 0 writes what was logged and the weights."""
    torch.set_num_threads(1)
    ranks = settings["ranks"]
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/rendezvous", rank=rank, world_size=ranks)
    model = make_run.tiny_model()
    model.train()
    parallel = DistributedDataParallel(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings["learningRate"], weight_decay=0.0)
    plan, log = rank_windows(len(examples), settings, rank), []
    plans = [rank_windows(len(examples), settings, r) for r in range(ranks)]
    schedule = transformers.get_cosine_schedule_with_warmup(
        optimizer, settings["warmUp"], len(plan))

    def over_ranks(value):
        value = torch.tensor(float(value), dtype=torch.float64)
        torch.distributed.all_reduce(value)
        return value.item()

    for step, window in enumerate(plan):
        counts = [tokens(examples, batch) for batch in window]
        own, everyone = sum(counts), over_ranks(sum(counts))
        total = 0.0
        for index, (batch, count) in enumerate(zip(window, counts)):
            # DistributedDataParallel averages over processes; a sum over them is that times their number.
            divisor = {
                "rank-mean": own, "micro-batch-mean": count * len(window),
                "token-window": everyone / ranks,
            }[settings["reduction"]]
            parallel.require_backward_grad_sync = index == len(window) - 1
            loss = make_run.token_losses(parallel, examples, batch, settings["alpha"]).sum() / divisor
            loss.backward()
            total += loss.item()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item()
        # In the order of the epoch: micro-batch by micro-batch of every process.
        batches = [p[step][i] for i in range(len(window)) for p in plans]
        log.append({
            "microBatches": batches, "loss": over_ranks(total) / ranks, "gradientNorm": norm,
            "learningRate": schedule.get_last_lr()[0], "trainableTokens": int(everyone)})
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    if rank == 0:
        (folder / "log.json").write_text(json.dumps(log))
        safetensors.torch.save_file(make_run.weights(model), folder / "weights.safetensors")
    torch.distributed.destroy_process_group()


def train(settings, examples, weights):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        torch.multiprocessing.spawn(
            worker, (settings, examples, folder), nprocs=settings["ranks"])
        if weights:
            weights.write_bytes((folder / "weights.safetensors").read_bytes())
        return json.loads((folder / "log.json").read_text())


def dealings():
    """Micro-batches of one epoch, in order, for many shapes."""
    result = []
    for count in [1, 2, 3, 5, 7, 8, 9, 16, 17]:
        for size in [1, 2, 3]:
            for ranks in [2, 3, 4]:
                shards = []
                for rank in range(ranks):
                    batches = BatchSampler(order(count, 42, 0), size, drop_last=False)
                    shards.append([list(b) for b in BatchSamplerShard(batches, ranks, rank)])
                assert len({len(shard) for shard in shards}) == 1
                result.append({
                    "count": count, "microBatchSize": size, "ranks": ranks,
                    "microBatches": [batch for dealt in zip(*shards) for batch in dealt]})
    return result


# MARK: - Axolotl

PLUGIN = '''
import json
import os

import datasets
from axolotl.common.datasets import TrainDatasetMeta
from axolotl.integrations.base import BasePlugin


class Plugin(BasePlugin):
    """Hands over the prepared examples, and keeps Axolotl from placing the model on a GPU."""

    def load_datasets(self, cfg, preprocess=False):
        cfg.device_map = None
        rows = json.load(open(os.environ["RANKS_EXAMPLES"]))
        for row in rows:
            row["attention_mask"] = [1] * len(row["input_ids"])
        return TrainDatasetMeta(
            train_dataset=datasets.Dataset.from_list(rows), total_num_steps=cfg.max_steps)
'''


def axolotl(run, keys, examples):
    """What Axolotl logs of a run with these keys."""
    import yaml
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    settings = {**BASE, **RUNS[run]}
    with tempfile.TemporaryDirectory() as folder_name:
        folder = pathlib.Path(folder_name)
        make_run.tiny_model().save_pretrained(folder / "model")
        words = ["<pad>", "<eos>", "<bos>"] + [f"t{i}" for i in range(3, 48)]
        PreTrainedTokenizerFast(
            tokenizer_object=Tokenizer(models.WordLevel(
                {word: i for i, word in enumerate(words)}, unk_token="t3")),
            pad_token="<pad>", eos_token="<eos>", bos_token="<bos>",
        ).save_pretrained(folder / "model")
        (folder / "examples.json").write_text(json.dumps(examples))
        (folder / "ranks_plugin.py").write_text(PLUGIN)
        steps = len(rank_windows(len(examples), settings, 0))
        (folder / "run.yml").write_text(yaml.safe_dump({
            "base_model": str(folder / "model"), "datasets": [{
                "path": "unused.jsonl", "ds_type": "json", "type": "chat_template"}],
            "plugins": ["ranks_plugin.Plugin"], "output_dir": str(folder / "out"),
            "sequence_len": 64, "sample_packing": False, "pad_to_sequence_len": False,
            "micro_batch_size": settings["microBatchSize"],
            "gradient_accumulation_steps": settings["accumulationSteps"],
            "max_steps": steps, "num_epochs": settings["epochs"], "optimizer": "adamw_torch",
            "lr_scheduler": "cosine", "learning_rate": settings["learningRate"],
            "warmup_steps": settings["warmUp"], "weight_decay": 0.0, "max_grad_norm": 1.0,
            "bf16": False, "fp16": False, "tf32": False, "gradient_checkpointing": False,
            "attn_implementation": "eager", "logging_steps": 1, "save_strategy": "steps",
            "save_steps": steps, "seed": settings["seed"], **keys,
        }))
        environment = dict(
            os.environ, PYTHONPATH=str(folder), RANKS_EXAMPLES=str(folder / "examples.json"),
            ACCELERATE_USE_CPU="true", HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1",
            AXOLOTL_DO_NOT_TRACK="1", OMP_NUM_THREADS="1")
        subprocess.run(
            ["axolotl", "train", "run.yml", "--launcher", "torchrun", "--", "--nproc_per_node",
             str(settings["ranks"]), "--master_addr", "127.0.0.1"],
            check=True, cwd=folder, env=environment)
        state = json.loads((folder / f"out/checkpoint-{steps}/trainer_state.json").read_text())
        return [
            {"loss": entry["loss"], "gradientNorm": entry["grad_norm"],
             "learningRate": entry["learning_rate"]}
            for entry in state["log_history"] if "loss" in entry]


def main():
    examples = make_run.tiny_examples()
    if sys.argv[1:] == ["axolotl"]:
        from importlib.metadata import version

        names = ["axolotl", "torch", "transformers", "accelerate", "trl"]
        versions = {name: version(name) for name in names}
        content = json.loads(FILE.read_text())
        curves = {
            name: {"run": run, "steps": axolotl(run, keys, examples)}
            for name, (run, keys, since) in AXOLOTL.items()
            if int(versions["axolotl"].split(".")[1]) >= since}
        content["axolotl"][versions["axolotl"]] = {"versions": versions, "curves": curves}
    else:
        content = {
            "versions": {
                "torch": torch.__version__, "transformers": transformers.__version__,
                "accelerate": accelerate.__version__},
            "examples": examples, "runs": {}, "dealings": dealings(), "axolotl": {}}
        for name, changes in RUNS.items():
            settings = {**BASE, **changes}
            weights = FOLDER / f"run-{name}.safetensors" if name == "ranks-sft" else None
            content["runs"][name] = {
                "settings": settings, "steps": train(settings, examples, weights)}
    FILE.write_text(json.dumps(content, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
