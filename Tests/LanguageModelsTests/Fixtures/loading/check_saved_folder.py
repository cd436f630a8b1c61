"""Checks that a saved Hugging Face folder is the model of a GGUF file.

    OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 python check_saved_folder.py MODEL.gguf FOLDER

Both are loaded by transformers: every weight must be equal, and so must the logits of 100 tokens.
"""

import os
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

torch.set_num_threads(1)
source, folder = sys.argv[1:]
expected = AutoModelForCausalLM.from_pretrained(
    os.path.dirname(source) or ".", gguf_file=os.path.basename(source), dtype=torch.float32)
found, report = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True)
assert not any(report.values()), report
for name, weight in expected.state_dict().items():
    assert torch.equal(weight, found.state_dict()[name]), name
ids = torch.arange(100).reshape(1, -1) * 37 % expected.config.vocab_size
with torch.no_grad():
    assert torch.equal(expected(ids).logits, found(ids).logits)
tokenizer = AutoTokenizer.from_pretrained(folder)
assert tokenizer.decode(tokenizer("Hello  world\n\n1").input_ids, skip_special_tokens=True) == "Hello  world\n\n1"
print(f"{folder}: equal to {source}")
