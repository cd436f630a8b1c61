"""Makes generation.json: what transformers generates from llama-tied with keys of generation_config.json that change it.

    python make_generation.py          (writes beside itself; needs transformers and torch)

`generate` is called as lm-evaluation-harness 0.4.13 calls it. A case without continuations is one that transformers refuses.
"""

import json
import os
import pathlib
import random
import shutil
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
import transformers
from transformers import AutoModelForCausalLM

HERE = pathlib.Path(__file__).parent
SEED = 19
NEW = 12
transformers.logging.set_verbosity(transformers.logging.CRITICAL)
RULES = [
    {}, {"repetition_penalty": 1.3}, {"repetition_penalty": 0.7}, {"repetition_penalty": 1}, {"repetition_penalty": 2},
    {"repetition_penalty": "x"}, {"no_repeat_ngram_size": 1}, {"no_repeat_ngram_size": 2}, {"no_repeat_ngram_size": 3},
    {"suppress_tokens": [5, 17, 30, 31, 32, 900]}, {"begin_suppress_tokens": [12, 14, 37, 45, 900]}, {"suppress_tokens": []},
    {"min_length": 9}, {"min_length": 14}, {"min_new_tokens": 6}, {"max_new_tokens": 3}, {"max_new_tokens": 17},
    {"repetition_penalty": 1.2, "no_repeat_ngram_size": 2, "suppress_tokens": [3, 4], "min_new_tokens": 8, "begin_suppress_tokens": [50]},
    {"do_sample": True, "temperature": 0.6, "top_p": 0.9, "top_k": 20, "max_length": 9, "renormalize_logits": True, "remove_invalid_values": True},
    {"num_beams": 1, "guidance_scale": 1.0, "encoder_repetition_penalty": 1.0, "length_penalty": 1.0, "penalty_alpha": 0.0},
]


def main():
    source = random.Random(SEED)
    prompts = [[source.randrange(3, 53) for _ in range(length)] for length in (1, 4, 7, 11)]
    # Repeating prompts, so that there is something to penalise.
    prompts[3] = prompts[3][:3] * 4
    cases = []
    for rules in RULES:
        with tempfile.TemporaryDirectory() as folder:
            for name in ["config.json", "model.safetensors"]:
                shutil.copy(HERE / "llama-tied" / name, folder)
            # Every seventh token ends a text, so that texts do end.
            generation = {"eos_token_id": list(range(2, 53, 7)), "pad_token_id": 0, **rules}
            pathlib.Path(folder, "generation_config.json").write_text(json.dumps(generation))
            case = {"generation": json.dumps(generation)}
            try:
                model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
                case["continuations"] = [
                    model.generate(input_ids=torch.tensor([prompt]), max_length=len(prompt) + NEW, use_cache=True, do_sample=False,
                                   pad_token_id=0)[0, len(prompt):].tolist() for prompt in prompts]
            except Exception as error:
                case["error"] = str(error)[:120]
            cases.append(case)
    (HERE / "generation.json").write_text(json.dumps({
        "versions": {"transformers": transformers.__version__, "torch": torch.__version__, "seed": SEED}, "maximumNewTokens": NEW,
        "prompts": prompts, "cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
