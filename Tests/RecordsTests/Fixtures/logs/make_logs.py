"""Writes the training logs of this folder with the real Trainer of Hugging Face.

Three runs of a tiny regression on the CPU, of which only trainer_state.json of each checkpoint is kept:

- batch/        batches of 4
- accumulated/  the same examples as two batches of 2 per step: the same sums in another order
- diverged/     a learning rate at which the loss becomes infinite and then NaN

Needs torch, transformers and accelerate (a released CPU build is enough). Usage: python make_logs.py
"""

import json
import shutil
import tempfile
from pathlib import Path

import accelerate
import torch
import transformers

SEED = 7
here = Path(__file__).parent


class Examples(torch.utils.data.Dataset):
    def __init__(self, count, seed):
        generator = torch.Generator().manual_seed(seed)
        self.x = torch.randn(count, 16, generator=generator)
        self.y = torch.tanh(self.x @ torch.randn(16, 1, generator=generator))

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        return {"x": self.x[index], "labels": self.y[index]}


class Regression(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(16, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))

    def forward(self, x, labels):
        prediction = self.layers(x)
        return {"loss": ((prediction - labels) ** 2).mean(), "logits": prediction}


def run(name, **arguments):
    transformers.set_seed(SEED)
    model = Regression()
    with tempfile.TemporaryDirectory() as folder:
        trainer = transformers.Trainer(
            model=model,
            args=transformers.TrainingArguments(
                output_dir=folder, use_cpu=True, seed=SEED, max_steps=6, logging_steps=1,
                logging_first_step=True, logging_nan_inf_filter=False, eval_strategy="steps",
                eval_steps=3, save_steps=3, report_to=[], disable_tqdm=True, **arguments),
            train_dataset=Examples(64, 1),
            eval_dataset=Examples(16, 2))
        trainer.train()
        for state in sorted(Path(folder).glob("checkpoint-*/trainer_state.json")):
            target = here / name / state.parent.name
            target.mkdir(parents=True, exist_ok=True)
            text = state.read_text().replace(folder, "out")
            (target / state.name).write_text(text)


torch.set_num_threads(1)
for name in ["batch", "accumulated", "diverged"]:
    shutil.rmtree(here / name, ignore_errors=True)
run("batch", per_device_train_batch_size=4, learning_rate=1e-2)
run("accumulated", per_device_train_batch_size=2, gradient_accumulation_steps=2, learning_rate=1e-2)
run("diverged", per_device_train_batch_size=4, learning_rate=1e19, max_grad_norm=1e30, optim="sgd")
(here / "made-with.json").write_text(json.dumps({
    "accelerate": accelerate.__version__, "seed": SEED, "torch": torch.__version__,
    "transformers": transformers.__version__}, indent=2) + "\n")
