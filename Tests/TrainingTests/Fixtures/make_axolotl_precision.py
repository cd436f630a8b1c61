"""Writes axolotl-precision.json: what Axolotl 0.19 does to the tiny Gemma 3 with `bf16: true` on a CPU, and exact numbers.

    PYTHON make_axolotl_precision.py ORACLE

PYTHON is that of `engines/axolotl-0.19.0/training` in an artifacts folder, where `replicate engine setup axolotl` makes it, with
gguf besides;
ORACLE is the folder `oracles/axolotl-tiny-gemma3` whose model, chats and settings the fp32 curves are made with.

"bfloat16" has every weight in bfloat16, as Axolotl does under FSDP2, or under DDP with flash attention, which no CPU has:
the model loader is told that the attention wants all types alike, as it is with flash attention, and the attention is
`sdpa`, whose scores are fp32 as well. "mixed" is Axolotl's autocast of fp32 weights that were loaded in bfloat16; it has those
only where DeepSpeed keeps masters, so the plugin below makes them. Everything else is as the settings say, but for the fused
optimizer, which is Axolotl's default and that of its EAFT example: it computes in fp32 and rounds what it keeps, where the
other one rounds each of its operations.

"exact" are the same steps in fp64, of which only what is kept is rounded to what the run keeps it as: weights, moments, and
the gradient after each micro-batch.
"""

import importlib.metadata
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import torch
import yaml
from axolotl.integrations.base import BasePlugin
from transformers import TrainerCallback

FOLDER = pathlib.Path(__file__).parent
SEED, STEPS, WARM_UP = 42, 30, 3
# Of each: settings of the oracle, exponent, reduction, type of the weights, learning rate.
RUNS = {
    f"{arm} {precision} {rate}": (arm, alpha, reduction, precision, float(rate))
    for arm, alpha, reduction in [("sft", 0.0, "micro-batch-mean"), ("eaft", 0.333, "token-window")]
    for precision, rate in [("bfloat16", "1e-3"), ("bfloat16", "5e-5"), ("mixed", "1e-3")]
}
TYPES = {"bfloat16": torch.bfloat16, "mixed": torch.float32}


class Recorder(TrainerCallback):
    """Keeps loss, norm, and how many weights each step left as they were."""

    def __init__(self, path):
        self.path, self.steps = path, []

    def on_pre_optimizer_step(self, args, state, control, model=None, **kwargs):
        self.before = [p.detach().clone() for p in model.parameters()]

    def on_optimizer_step(self, args, state, control, model=None, **kwargs):
        self.unchanged = sum(
            (a == b.detach()).sum().item() for a, b in zip(self.before, model.parameters()))

    def on_log(self, args, state, control, logs=None, **kwargs):
        if "grad_norm" in logs:
            self.steps.append({
                "loss": logs["loss"], "gradientNorm": logs["grad_norm"], "unchanged": self.unchanged,
                "learningRate": logs["learning_rate"]})

    def on_train_end(self, *args, **kwargs):
        self.path.write_text(json.dumps(self.steps))


class Precision(BasePlugin):
    """Has Axolotl train on a CPU in the precision that the environment names, and records."""

    def pre_model_load(self, cfg):
        cfg.attn_needs_dtype_cast = True

    def post_model_load(self, cfg, model):
        model.to(TYPES[os.environ["PRECISION"]])

    def get_training_args(self, cfg):
        return {"use_cpu": True}

    def add_callbacks_post_trainer(self, cfg, trainer):
        found = {p.dtype for p in trainer.model.parameters()}
        assert found == {TYPES[os.environ["PRECISION"]]}, found
        return [Recorder(pathlib.Path("steps.json").resolve())]


def run_axolotl(oracle, arm, precision, rate):
    axolotl = pathlib.Path(sys.executable).parent / "axolotl"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        shutil.copytree(oracle / "tiny-gemma3", folder / "tiny-gemma3")
        shutil.copy(oracle / "chat64.jsonl", folder)
        settings = yaml.safe_load((oracle / f"{arm}.yml").read_text()) | {
            "bf16": True, "attn_implementation": "sdpa", "optimizer": "adamw_torch_fused", "max_steps": STEPS,
            "num_epochs": 2, "warmup_steps": WARM_UP, "learning_rate": rate, "save_strategy": "no",
            "plugins": [f"{pathlib.Path(__file__).stem}.Precision"]}
        for key in ("warmup_ratio", "save_steps", "save_total_limit"):
            del settings[key]
        (folder / "run.yml").write_text(yaml.safe_dump(settings))
        environment = os.environ | {
            "PATH": f"{axolotl.parent}:{os.environ['PATH']}", "PYTHONPATH": str(FOLDER), "PRECISION": precision,
            "HF_HUB_OFFLINE": "1", "AXOLOTL_DO_NOT_TRACK": "1", "ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"}
        subprocess.run(
            [axolotl, "train", "run.yml", "--launcher", "python"], cwd=folder, env=environment, check=True,
            stdout=sys.stderr)
        return json.loads((folder / "steps.json").read_text())


def compute_exactly(oracle, examples, alpha, reduction, precision, rate):
    """The steps in fp64 that begin with the weights of the other."""
    import make_run
    import transformers

    model = transformers.Gemma3ForCausalLM.from_pretrained(
        oracle / "tiny-gemma3", dtype=torch.float32, attn_implementation="eager").train()
    def keep(tensor):
        tensor.copy_(tensor.to(TYPES[precision]))

    parameters = list(model.parameters())
    for p in parameters:
        p.data = p.data.bfloat16().double()
    plan = make_run.windows(
        len(examples), {"microBatchSize": 2, "accumulationSteps": 2, "maximumSteps": STEPS, "seed": SEED})
    optimizer = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.0)
    schedule = transformers.get_cosine_schedule_with_warmup(optimizer, WARM_UP, STEPS)
    log = []
    for window in plan:
        counts = [
            sum(y != make_run.IGNORED for i in batch for y in examples[i]["labels"][1:]) for batch in window]
        total = 0.0
        for batch, count in zip(window, counts):
            losses = make_run.token_losses(model, examples, batch, alpha)
            loss = losses.sum() / (
                sum(counts) if reduction == "token-window" else count * len(window))
            loss.backward()
            total += loss.item()
            for p in parameters:
                keep(p.grad)
        norm = torch.nn.utils.clip_grad_norm_(parameters, 1.0).item()
        before = [p.detach().clone() for p in parameters]
        optimizer.step()
        for p in parameters:
            keep(p.data)
            for moment in ("exp_avg", "exp_avg_sq"):
                keep(optimizer.state[p][moment])
        unchanged = sum((a == b.detach()).sum().item() for a, b in zip(before, parameters))
        log.append({
            "loss": total, "gradientNorm": norm, "unchanged": unchanged,
            "learningRate": schedule.get_last_lr()[0]})
        schedule.step()
        optimizer.zero_grad()
    return log


def main():
    sys.path.insert(0, str(FOLDER.parents[1] / "LanguageModelsTests/Fixtures/parity"))
    from make_parity import exact_arithmetic

    oracle = pathlib.Path(sys.argv[1]).resolve()
    examples = json.loads((oracle / "prepared.json").read_text())
    content = {
        "versions": {name: importlib.metadata.version(name) for name in ["axolotl", "torch", "transformers", "accelerate"]},
        "seed": SEED, "steps": STEPS, "runs": []}
    for name, (arm, alpha, reduction, precision, rate) in RUNS.items():
        found = run_axolotl(oracle, arm, precision, rate)
        with exact_arithmetic():
            exact = compute_exactly(oracle, examples, alpha, reduction, precision, rate)
        rates = [[step.pop("learningRate") for step in steps] for steps in (found, exact)]
        assert len(found) == STEPS and rates[0] == rates[1], rates
        content["runs"].append({
            "name": name, "alpha": alpha, "reduction": reduction, "precision": precision, "learningRate": rate,
            "axolotl": found, "exact": exact})
        for a, b in zip(found, exact):
            print(name, a, {key: a[key] - b[key] for key in a}, flush=True)
    (FOLDER / "axolotl-precision.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
