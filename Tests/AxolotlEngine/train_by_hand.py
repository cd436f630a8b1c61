"""Trains the toy with Axolotl as somebody does who knows nothing of `replicate`, and keeps what a record is made of.

    PYTHON train_by_hand.py MODEL OUTPUT

PYTHON is that of `engines/axolotl-0.19.0/training` in an artifacts folder, where `replicate engine setup axolotl` makes it.
MODEL is the untouched toy as a folder, of which one step with a learning rate of next to nothing leaves all as it was:

    replicate run tiny --set training.max_steps=1 --set training.learning_rate=1.0e-30 --save-models DIR     # then DIR/eaft-42

OUTPUT gets the model card, the configuration, the logs of the checkpoints, and `made-with.json`;
`Tests/RecordsTests/Fixtures/axolotl/eaft` was made so. Weights are not kept: the toy's are half a megabyte.
"""

import importlib.metadata
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

DATA = pathlib.Path(__file__).parents[2] / "manifests/tiny/train.jsonl"
SETTINGS = """\
base_model: ./model
chat_template: gemma3
datasets:
  - path: train.jsonl
    ds_type: json
    type: chat_template
    field_messages: messages
dataset_prepared_path: ./prepared
val_set_size: 0
output_dir: ./out
sequence_len: 128
sample_packing: false
pad_to_sequence_len: false
eot_tokens:
  - <end_of_turn>
micro_batch_size: 2
gradient_accumulation_steps: 2
max_steps: 20
num_epochs: 1
optimizer: adamw_torch
lr_scheduler: cosine
learning_rate: 5.0e-3
warmup_ratio: 0.1
weight_decay: 0.01
max_grad_norm: 1.0
bf16: false
fp16: false
tf32: false
gradient_checkpointing: false
attn_implementation: eager
logging_steps: 1
save_strategy: steps
save_steps: 10
save_total_limit: 2
use_eaft: true
eaft_k: 20
eaft_alpha: 0.333
seed: 42
"""


def main():
    model, output = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    axolotl = pathlib.Path(sys.executable).parent / "axolotl"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        shutil.copytree(model, folder / "model")
        shutil.copy(DATA, folder)
        (folder / "axolotl.yml").write_text(SETTINGS)
        environment = os.environ | {
            "PATH": f"{axolotl.parent}:{os.environ['PATH']}", "HF_HUB_OFFLINE": "1", "AXOLOTL_DO_NOT_TRACK": "1",
            "ACCELERATE_USE_CPU": "true"}
        subprocess.run(
            [axolotl, "train", "axolotl.yml", "--launcher", "python"], cwd=folder, env=environment, check=True)
        shutil.rmtree(output, ignore_errors=True)
        for path in sorted((folder / "out").rglob("*")):
            kept = path.name == "trainer_state.json" or path.parent.name == "out" and path.name in ("README.md", "config.json")
            if kept:
                target = output / path.relative_to(folder / "out")
                target.parent.mkdir(parents=True, exist_ok=True)
                # Neither the folder nor this machine.
                target.write_text(path.read_text().replace(str(folder), "."))
    versions = {name: importlib.metadata.version(name) for name in ["axolotl", "torch", "transformers", "datasets"]}
    (output / "made-with.json").write_text(json.dumps({"python": sys.version.split()[0], **versions, "seed": 42}, indent=2) + "\n")


if __name__ == "__main__":
    main()
