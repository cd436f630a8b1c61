#!/usr/bin/env python3
"""Makes every file of this folder: a toy Gemma 3 configuration, its tokenizer, and data in the schemas of real tasks.

    python3 manifests/tiny/make_tiny.py     # needs the `tokenizers` package

The same seed and versions (generated.json) give the same bytes. It ends by printing the sha256 and size of each file,
which manifests/tiny.yaml pins. Nothing here is taken from a published data set.
"""

import hashlib
import json
import pathlib
import platform
import random

import tokenizers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

SEED = 20260124
VOCABULARY_SIZE = 640
FOLDER = pathlib.Path(__file__).resolve().parent
SPECIAL_TOKENS = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]

PEOPLE = ["Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Grace", "Hugo", "Ida", "Jon", "Kim", "Lea"]
THINGS = ["apples", "books", "cards", "eggs", "flowers", "marbles", "nuts", "pencils", "shells", "stamps"]
COLOURS = ["red", "green", "blue", "yellow", "black", "white"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def addition(rng):
    person, other = rng.sample(PEOPLE, 2)
    thing, (a, b) = rng.choice(THINGS), (rng.randint(2, 20), rng.randint(2, 20))
    return (
        f"{person} has {a} {thing} and {other} has {b} {thing}. How many {thing} do they have together?",
        f"Together they have {a} + {b} = <<{a}+{b}={a + b}>>{a + b} {thing}.\n#### {a + b}",
    )


def subtraction(rng):
    person, thing = rng.choice(PEOPLE), rng.choice(THINGS)
    a, b = rng.randint(10, 30), rng.randint(2, 9)
    day = rng.choice(DAYS)
    return (
        f"{person} had {a} {thing} and gave {b} away on {day}. How many {thing} are left?",
        f"After {day} there are {a} - {b} = <<{a}-{b}={a - b}>>{a - b} {thing} left.\n#### {a - b}",
    )


def multiplication(rng):
    person, thing, colour = rng.choice(PEOPLE), rng.choice(THINGS), rng.choice(COLOURS)
    a, b, c = rng.randint(2, 6), rng.randint(2, 9), rng.randint(1, 5)
    return (
        f"{person} buys {a} {colour} boxes with {b} {thing} each and finds {c} more. How many {thing} is that?",
        f"The boxes hold {a} * {b} = <<{a}*{b}={a * b}>>{a * b} {thing}.\n"
        f"With the others that is {a * b} + {c} = <<{a * b}+{c}={a * b + c}>>{a * b + c} {thing}.\n#### {a * b + c}",
    )


def word_problems(rng, count, excluded=()):
    """Different problems, none of whose questions is in `excluded`."""
    problems, seen = [], set(excluded)
    while len(problems) < count:
        problem = rng.choice([addition, subtraction, multiplication])(rng)
        if problem[0] not in seen:
            seen.add(problem[0])
            problems.append(problem)
    return problems


def options(rng, right, wrong):
    """Four answers in random order and the position of the right one."""
    choices = [right] + rng.sample([w for w in wrong if w != right], 3)
    rng.shuffle(choices)
    return choices, choices.index(right)


def arithmetic_question(rng):
    a, b = rng.randint(2, 30), rng.randint(2, 30)
    choices, answer = options(rng, str(a + b), [str(a + b + d) for d in (-10, -3, -1, 1, 2, 10)])
    return f"What is {a} + {b}?", choices, answer


def alphabet_question(rng):
    words = rng.sample(THINGS, 4)
    return "Which of these words comes first in the alphabet?", words, words.index(min(words))


def group_question(rng):
    sizes = rng.sample(range(2, 40), 4)
    choices = [f"a group of {n} people" for n in sizes]
    return "Which of these groups is the largest?", choices, sizes.index(max(sizes))


def day_question(rng):
    day = rng.randrange(7)
    choices, answer = options(rng, DAYS[(day + 1) % 7], DAYS)
    return f"Which day follows {DAYS[day]}?", choices, answer


# One subject of each of the benchmark's four groups, so that all groups have a score.
SUBJECTS = {
    "elementary_mathematics": arithmetic_question,
    "philosophy": alphabet_question,
    "sociology": group_question,
    "miscellaneous": day_question,
}


def mmlu_rows(rng, per_subject):
    rows = []
    for subject, make in SUBJECTS.items():
        for _ in range(per_subject):
            question, choices, answer = make(rng)
            rows.append({"question": question, "subject": subject, "choices": choices, "answer": answer})
    return rows


def arc_rows(rng, count):
    rows = []
    for number in range(count):
        question, choices, answer = rng.choice(list(SUBJECTS.values()))(rng)
        # Some real rows have three choices, some have digits as labels.
        if number % 4 == 3 and answer < 3:
            choices = choices[:3]
        labels = ["1", "2", "3", "4"] if number % 5 == 4 else ["A", "B", "C", "D"]
        rows.append(
            {
                "id": f"tiny_{number}",
                "question": question,
                "choices": {"text": choices, "label": labels[: len(choices)]},
                "answerKey": labels[answer],
            }
        )
    return rows


def hellaswag_rows(rng, count):
    rows = []
    for number in range(count):
        person, thing, colour = rng.choice(PEOPLE), rng.choice(THINGS), rng.choice(COLOURS)
        endings = [
            f"puts the {thing} into a {colour} box.",
            f"eats the {colour} day [substeps] with {rng.choice(DAYS)}.",
            f"gives {rng.choice(THINGS)} to the number {rng.randint(2, 20)}.",
            f"is a {rng.choice(COLOURS)} question of {rng.choice(THINGS)}.",
        ]
        right = endings[0]
        rng.shuffle(endings)
        rows.append(
            {
                "ind": number,
                "activity_label": f"Counting {thing}",
                "ctx_a": f"[header] How to count {thing} [title] {person} has many {thing} on the table.",
                "ctx_b": rng.choice(["", person.lower(), "the person"]),
                "endings": endings,
                "label": str(endings.index(right)),
                "split": "val",
            }
        )
    return rows


def write_lines(name, rows):
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (FOLDER / name).write_text(text, encoding="utf-8")


def write_json(name, value):
    (FOLDER / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def make_tokenizer(texts):
    """A tokenizer with the structure of Gemma's: spaces as ▁, one BPE over the whole text, bytes for the rest."""
    marked = [text.replace(" ", "▁") for text in texts]
    trained = Tokenizer(models.BPE())
    # Only for training, so that merges stay inside words and digits stay apart.
    trained.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex("[0-9\n]"), "isolated"),
            pre_tokenizers.Split("▁", "merged_with_next"),
        ]
    )
    size = VOCABULARY_SIZE - len(SPECIAL_TOKENS) - 256
    trained.train_from_iterator(marked, trainers.BpeTrainer(vocab_size=size, show_progress=False))
    model = json.loads(trained.to_str())["model"]
    learned = sorted(model["vocab"], key=model["vocab"].get)
    pieces = SPECIAL_TOKENS + [f"<0x{byte:02X}>" for byte in range(256)] + learned
    assert len(set(pieces)) == len(pieces) == VOCABULARY_SIZE, len(pieces)
    merges = [tuple(merge) if isinstance(merge, list) else tuple(merge.split(" ")) for merge in model["merges"]]
    tokenizer = Tokenizer(
        models.BPE(
            vocab={piece: index for index, piece in enumerate(pieces)},
            merges=merges,
            unk_token="<unk>",
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    tokenizer.add_special_tokens(SPECIAL_TOKENS)
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="<bos> $A", pair="<bos> $A <bos>:1 $B:1", special_tokens=[("<bos>", 2)]
    )
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    return tokenizer


def configuration():
    """A Gemma 3 with one sliding and one full layer, as transformers 5 writes it."""
    return {
        "architectures": ["Gemma3ForCausalLM"],
        "attention_bias": False,
        "attention_dropout": 0.0,
        "attn_logit_softcapping": None,
        "bos_token_id": 2,
        "dtype": "float32",
        "eos_token_id": [1, 5],
        "final_logit_softcapping": None,
        "head_dim": 16,
        "hidden_activation": "gelu_pytorch_tanh",
        "hidden_size": 64,
        "initializer_range": 0.02,
        "intermediate_size": 128,
        "layer_types": ["sliding_attention", "full_attention"],
        "max_position_embeddings": 1024,
        "model_type": "gemma3_text",
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "num_key_value_heads": 2,
        "pad_token_id": 0,
        "query_pre_attn_scalar": 16,
        "rms_norm_eps": 1e-06,
        "rope_parameters": {
            "full_attention": {"rope_theta": 1000000.0, "rope_type": "default"},
            "sliding_attention": {"rope_theta": 10000.0, "rope_type": "default"},
        },
        "sliding_window": 16,
        "tie_word_embeddings": True,
        "use_bidirectional_attention": False,
        "use_cache": True,
        "vocab_size": VOCABULARY_SIZE,
    }


def main():
    rng = random.Random(SEED)
    training = word_problems(rng, 96)
    asked = word_problems(rng, 12, excluded=[question for question, _ in training])
    write_lines(
        "train.jsonl",
        [
            {"messages": [{"role": "user", "content": q}, {"role": "assistant", "content": a}]}
            for q, a in training
        ],
    )
    write_lines("gsm8k.jsonl", [{"question": q, "answer": a} for q, a in asked])
    tasks = {
        "mmlu.jsonl": mmlu_rows(rng, 4),
        "mmlu_dev.jsonl": mmlu_rows(rng, 2),
        "arc_challenge.jsonl": arc_rows(rng, 12),
        "hellaswag.jsonl": hellaswag_rows(rng, 12),
    }
    for name, rows in tasks.items():
        write_lines(name, rows)

    texts = [text for problem in training for text in problem]
    for row in tasks["mmlu_dev.jsonl"] + tasks["arc_challenge.jsonl"]:
        texts += ["Question: " + row["question"] + "\nAnswer:"]
    texts += ["The following are multiple choice questions (with answers) about\n\nA. \nB. \nC. \nD. \nAnswer:"] * 4
    texts += ["user\nmodel\n"] * 8
    tokenizer = make_tokenizer(texts)
    (FOLDER / "tokenizer.json").write_text(tokenizer.to_str(pretty=False) + "\n", encoding="utf-8")
    write_json(
        "tokenizer_config.json",
        {
            "bos_token": "<bos>",
            "clean_up_tokenization_spaces": False,
            "eos_token": "<eos>",
            "extra_special_tokens": ["<start_of_turn>", "<end_of_turn>"],
            "model_max_length": 1024,
            "pad_token": "<pad>",
            "tokenizer_class": "TokenizersBackend",
            "unk_token": "<unk>",
        },
    )
    write_json("config.json", configuration())
    write_json(
        "generated.json",
        {
            "script": "make_tiny.py",
            "seed": SEED,
            "python": platform.python_version(),
            "tokenizers": tokenizers.__version__,
        },
    )
    for path in sorted(FOLDER.glob("*.json*")):
        data = path.read_bytes()
        print(f"{hashlib.sha256(data).hexdigest()}  {len(data):7d}  {path.name}")


if __name__ == "__main__":
    main()
