"""What `replicate` asks of Axolotl 0.19 to 0.21: prepared examples in, one JSON line for each event out.

The key `replicate_folder` of the configuration names a folder. Axolotl gets its examples from `examples.tokens` in it, in
their order, and process 0 appends to `events.jsonl`:

    started     versions, resolved configuration, types of parameters, reduction, determinism
    step        what Axolotl logged of a step, in full, and what it learned from
    checkpoint  a checkpoint is whole: `replicate.json` in it, which is written last, has a digest of every file
    stopped     training ended early because a file `stop` was seen, after a checkpoint
    trained     every step was done
    saved       the final weights are on disk, with their digests

Nothing else counts as success: an interrupted Axolotl ends with 0.
"""

import fcntl
import hashlib
import importlib.metadata
import json
import math
import os
import pathlib
import platform
import struct

import datasets
import numpy
import torch
from axolotl.common.datasets import TrainDatasetMeta
from axolotl.integrations.base import BasePlugin
from pydantic import BaseModel
from transformers import TrainerCallback

IGNORED = -100
MANIFEST = "replicate.json"
PACKAGES = ["axolotl", "torch", "transformers", "accelerate", "datasets", "tokenizers", "trl", "deepspeed", "flash-attn"]


class ReplicateArguments(BaseModel):
    """The plugin's keys in the configuration."""

    replicate_folder: str
    # `average_tokens_across_devices` of transformers, which Axolotl's configuration has no key for.
    replicate_average_tokens: bool = False


def read_examples(path):
    """The rows of a file `tokens/1`: words of an id and, in the highest bit, whether it is learned; rows; footer."""
    content = numpy.fromfile(path, dtype=numpy.uint8)
    count, tokens, signature = struct.unpack("<QQ8s", content[-24:].tobytes())
    if signature != b"tokens/1" or len(content) != 4 * tokens + 24 * count + 24:
        raise ValueError(f"{path} is no file of prepared examples, or it is damaged.")
    words = content[:4 * tokens].view("<u4")
    rows = content[4 * tokens:-24].view([("start", "<u8"), ("count", "<u4"), ("rest", "<u4", 3)])
    ids = (words & 0x7FFFFFFF).astype(numpy.int64)
    labels = numpy.where(words >> 31 == 1, ids, IGNORED)
    for row in rows:
        part = slice(int(row["start"]), int(row["start"]) + int(row["count"]))
        yield {
            "input_ids": ids[part], "labels": labels[part],
            "attention_mask": numpy.ones(int(row["count"]), dtype=numpy.int64)}


def number(value):
    """A number for JSON, which has no infinity."""
    return value if math.isfinite(value) else str(value)


def digest(path):
    """Size and SHA-256 of a file."""
    with open(path, "rb") as file:
        return {"bytes": os.path.getsize(path), "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def write_durably(path, text, mode):
    with open(path, mode, encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def rank():
    return torch.distributed.get_rank() if torch.distributed.is_initialized() else 0


def gathered(value):
    """The values of all processes, in their order."""
    if not torch.distributed.is_initialized():
        return [value]
    values = [None] * torch.distributed.get_world_size()
    torch.distributed.all_gather_object(values, value)
    return values


class MicroBatch:
    """What a micro-batch really was, and sums over its learned tokens."""

    def __init__(self, inputs):
        kept = inputs["attention_mask"].bool() if "attention_mask" in inputs else torch.ones_like(inputs["labels"]).bool()
        self.labels = inputs["labels"]
        rows = [(ids[mask].tolist(), labels[mask].tolist())
                for ids, labels, mask in zip(inputs["input_ids"], self.labels, kept)]
        self.tokens = sum(len(ids) for ids, _ in rows)
        words = [len(rows)]
        for ids, labels in rows:
            words += [len(ids), *ids, *labels]
        self.bytes = struct.pack(f"<{len(words)}i", *words)
        self.sums = None

    @torch.no_grad()
    def observe(self, logits, cfg):
        """Sums of cross entropies, entropies over the k largest logits and weights, in fp32."""
        targets = self.labels[..., 1:].to(logits.device)
        chosen = targets != IGNORED
        rows, targets = logits[..., :-1, :][chosen].float(), targets[chosen]
        losses = torch.nn.functional.cross_entropy(rows, targets, reduction="none")
        largest = torch.log_softmax(rows.topk(min(cfg.eaft_k or 20, rows.shape[-1]), dim=-1)[0], dim=-1)
        entropies = -(largest.exp() * largest).sum(-1)
        if cfg.use_eaft:
            weights = entropies ** (1.0 if cfg.eaft_alpha is None else cfg.eaft_alpha)
        elif cfg.use_dft:
            weights = (-losses).exp()
        else:
            weights = torch.ones_like(losses)
        self.sums = [len(targets)] + [float(part.double().sum()) for part in (losses, entropies, weights)]

    def content(self):
        if self.sums is None:
            raise RuntimeError("The model gave no logits, which the record of a step is made from; a fused loss computes none.")
        return self.bytes, self.tokens, self.sums


class Recorder(TrainerCallback):
    """Tells `replicate` what happens."""

    def __init__(self, cfg, trainer):
        self.cfg, self.trainer = cfg, trainer
        self.folder = pathlib.Path(cfg.replicate_folder)
        self.batches, self.step = [], {}
        self.is_trained = False
        if rank() == 0:
            # Held as long as this process lives: nobody begins the same training beside it.
            self.lock = open(self.folder / "running", "w")
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        train_batch = trainer.training_step

        def training_step(model, inputs, *arguments, **options):
            self.batches.append(MicroBatch(inputs))
            return train_batch(model, inputs, *arguments, **options)

        def forward(module, arguments, output):
            if module.training and self.batches and getattr(output, "logits", None) is not None:
                self.batches[-1].observe(output.logits, cfg)

        trainer.training_step = training_step
        trainer.model.register_forward_hook(forward)

    def tell(self, event, **values):
        if rank() == 0:
            line = json.dumps({"event": event, **values}, default=str, allow_nan=False)
            write_durably(self.folder / "events.jsonl", line + "\n", "a")

    def on_train_begin(self, args, state, control, **options):
        trainer, types = self.trainer, {}
        for parameter in trainer.model.parameters():
            name = str(parameter.dtype).removeprefix("torch.")
            types[name] = types.get(name, 0) + parameter.numel()
        cuda = torch.cuda.is_available()
        self.tell(
            "started", step=state.global_step, steps=state.max_steps, versions=versions(), world_size=args.world_size,
            devices=sorted({torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())}) if cuda else ["cpu"],
            parameters=types, distribution=str(trainer.accelerator.distributed_type),
            mixed_precision=str(trainer.accelerator.mixed_precision),
            reduction={
                "model_accepts_loss_kwargs": bool(trainer.model_accepts_loss_kwargs),
                "has_own_loss": trainer.compute_loss_func is not None,
                "average_tokens_across_devices": bool(args.average_tokens_across_devices)},
            determinism={
                "deterministic_algorithms": torch.are_deterministic_algorithms_enabled(),
                "cudnn_deterministic": torch.backends.cudnn.deterministic, "cudnn_benchmark": torch.backends.cudnn.benchmark,
                "tf32_matmul": torch.backends.cuda.matmul.allow_tf32, "threads": torch.get_num_threads()},
            resolved=json.loads(json.dumps(self.cfg.to_dict(), default=str)))

    def on_step_end(self, args, state, control, **options):
        contents = gathered(([batch.content() for batch in self.batches], (self.folder / "stop").exists()))
        self.batches = []
        # Micro-batches are dealt to processes in turn.
        batches = [batch for dealt in zip(*(own for own, _ in contents)) for batch in dealt]
        hashed = hashlib.sha256(struct.pack("<i", len(batches)))
        for content, _, _ in batches:
            hashed.update(content)
        count, *sums = (sum(values) for values in zip(*(sums for _, _, sums in batches)))
        means = [number(value / count) for value in sums] if count else ["nan"] * 3
        self.step = {
            "batch": hashed.hexdigest(), "trainable_tokens": count, "total_tokens": sum(tokens for _, tokens, _ in batches),
            **dict(zip(["cross_entropy", "entropy", "weight"], means))}
        if contents[0][1]:
            control.should_save = control.should_training_stop = True

    def on_log(self, args, state, control, logs=None, **options):
        if self.step and "loss" in (logs or {}):
            self.tell(
                "step", step=state.global_step, loss=number(logs["loss"]), gradient_norm=number(logs["grad_norm"]),
                learning_rate=number(logs["learning_rate"]), **self.step)
            self.step = {}

    def on_save(self, args, state, control, **options):
        self.trainer.accelerator.wait_for_everyone()
        if rank() != 0:
            return
        folder = pathlib.Path(args.output_dir) / f"checkpoint-{state.global_step}"
        files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
        content = {"step": state.global_step, "files": {str(path.relative_to(folder)): digest(path) for path in files}}
        write_durably(folder / f"{MANIFEST}.part", json.dumps(content), "w")
        os.replace(folder / f"{MANIFEST}.part", folder / MANIFEST)
        self.tell("checkpoint", step=state.global_step, path=str(folder))

    def on_train_end(self, args, state, control, **options):
        self.is_trained = state.global_step >= state.max_steps
        self.tell("trained" if self.is_trained else "stopped", step=state.global_step)


def versions():
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    if torch.version.cuda:
        found["cuda"] = torch.version.cuda
    return found


class ReplicatePlugin(BasePlugin):
    recorder = None
    calls = 0

    def get_input_args(self):
        return "replicate_plugin.ReplicateArguments"

    def get_training_args(self, cfg):
        # A loss that is no number has to be seen.
        return {"average_tokens_across_devices": bool(cfg.replicate_average_tokens), "logging_nan_inf_filter": False}

    def load_datasets(self, cfg, preprocess=False):
        if not torch.cuda.is_available():
            # Axolotl sets it to the number of a GPU in every process of several.
            cfg.device_map = None
        rows = list(read_examples(pathlib.Path(cfg.replicate_folder) / "examples.tokens"))
        columns = {name: [row[name] for row in rows] for name in ("input_ids", "labels", "attention_mask")}
        return TrainDatasetMeta(train_dataset=datasets.Dataset.from_dict(columns), total_num_steps=cfg.max_steps)

    def post_trainer_create(self, cfg, trainer):
        self.recorder = Recorder(cfg, trainer)
        trainer.add_callback(self.recorder)

    def post_train(self, cfg, model):
        # Called when training ends and again when the weights are saved.
        self.calls += 1
        if self.calls == 2 and self.recorder.is_trained and rank() == 0:
            files = sorted(path for path in pathlib.Path(cfg.output_dir).iterdir() if path.is_file())
            self.recorder.tell("saved", files={path.name: digest(path) for path in files})
