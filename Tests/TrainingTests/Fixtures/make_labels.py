"""Writes labels.json and two small tokenizers: what Axolotl's own chat_template strategy makes of conversations.

Run: python make_labels.py   with axolotl 0.19.0 (chat_template strategy only), transformers and tokenizers installed.
"""

import importlib.metadata
import json
import logging
import os
import pathlib

os.environ["HF_HUB_OFFLINE"] = "1"
logging.disable(logging.WARNING)

from axolotl.prompt_strategies.chat_template import load
from axolotl.utils.dict import DictDefault
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers import processors, trainers
from transformers import PreTrainedTokenizerFast

FOLDER = pathlib.Path(__file__).parent

# Several lines begin with a space or a newline, so that merges cross the edges of turns.
CORPUS = [
    "What is 2+2? It is 4.", "And 3+3? The answer is 6.", "Be brief. Say what the sum is.",
    "user\nWhat is the answer", "model\nIt is", "model\nThe answer", "assistant\nIt is",
    "assistant\n\nThe", "  two spaces and a tab\t", "caf\u00e9 na\u00efve r\u00e9sum\u00e9", "\n\n\n",
] * 20

SMOLLM2_TEMPLATE = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face"
    "<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + "
    "'<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|im_start|>assistant\n' }}{% endif %}")


def gemma_tokenizer():
    """BPE over whole texts with byte fallback, as Gemma's."""
    pieces = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Replace(" ", "\u2581")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=pieces + [f"<0x{i:02X}>" for i in range(256)],
        show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    content = json.loads(tokenizer.to_str())
    content["added_tokens"] = content["added_tokens"][:len(pieces)]
    tokenizer = Tokenizer.from_str(json.dumps(content))
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<bos> $A", pair="<bos> $A <bos> $B", special_tokens=[("<bos>", 2)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>",
        unk_token="<unk>")


def chatml_tokenizer():
    """Byte-level BPE with single digits, as SmolLM2's."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<|im_start|>", eos_token="<|im_end|>",
        pad_token="<|im_end|>", unk_token="<|endoftext|>", chat_template=SMOLLM2_TEMPLATE)


def user(text):
    return {"role": "user", "content": text}


def assistant(text):
    return {"role": "assistant", "content": text}


def system(text):
    return {"role": "system", "content": text}


U, A = user("What is 2+2?"), assistant("It is 4.")
CONVERSATIONS = [
    [U, A],
    [system("Be brief. "), U, A],
    [user("  What is 2+2? \n"), assistant("\n It is 4.  ")],
    [U, A, user("And 3+3?"), assistant("6")],
    [U, assistant("")],
    [U, assistant("  \n")],
    [U, assistant(""), user("And 3+3?"), assistant("6")],
    [user(""), A],
    [U],
    [user("caf\u00e9 \U0001f600"), assistant("\u00e9\U0001f600 na\u00efve \u4f60\u597d")],
    [U, assistant("a <end_of_turn> b <|im_end|> c")],
    [U, assistant("two  spaces\t\n\nand lines\n")],
    [U, assistant("\u00a0\u3000The answer\u2003")],
]
RULES = [
    {}, {"train_on_inputs": True}, {"train_on_eos": "all"}, {"train_on_eos": "none"},
    {"roles_to_train": ["user", "assistant"]}, {"roles_to_train": ["user"], "train_on_eos": "all"},
]


def label(tokenizer, template, eot, rule, messages):
    cfg = DictDefault({
        "chat_template": template, "train_on_inputs": rule.get("train_on_inputs", False),
        "sequence_len": 4096, "eot_tokens": [eot]})
    data_set = {"type": "chat_template", "field_messages": "messages"}
    data_set.update({k: v for k, v in rule.items() if k != "train_on_inputs"})
    result = load(tokenizer, cfg, data_set).tokenize_prompt({"messages": messages})
    return {"ids": result["input_ids"], "labels": result["labels"]}


def main():
    cases = []
    families = [
        ("gemma3", gemma_tokenizer(), "gemma3", "<end_of_turn>"),
        ("chatml-smollm2", chatml_tokenizer(), "tokenizer_default", "<|im_end|>"),
    ]
    for name, tokenizer, template, eot in families:
        tokenizer.backend_tokenizer.save(str(FOLDER / f"{name}-tokenizer.json"))
        for messages in CONVERSATIONS:
            for rule in RULES:
                case = {"template": name, "rule": rule, "messages": messages}
                case.update(label(tokenizer, template, eot, rule, messages))
                cases.append(case)
    versions = {m: importlib.metadata.version(m) for m in ("tokenizers", "transformers")}
    versions["axolotl"] = "0.19.0"
    content = {"versions": versions, "cases": cases}
    (FOLDER / "labels.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
