"""Writes the parity fixtures: tiny random models and what transformers computes with them.

Usage: python make_parity.py [OUT_FOLDER]        (needs transformers 5.16.1, torch 2.13.0, safetensors)

One folder a model, with
  config.json, model.safetensors   the model as `save_pretrained` writes it
  expected.json                    token ids, labels (unshifted, -100 = nothing to predict), loss, generations,
                                   log-likelihoods, versions, seed
  expected.safetensors             logits.N of sequence N [tokens, vocabulary]; gradient.NAME of every parameter
Everything is computed in fp32 with one thread, each sequence alone, eager attention; the loss is the sum of the cross
entropies of all labels divided by their number. The script repeats it in fp64 and refuses to write a fixture whose fp32
values are far from those or whose arg-max is nearly a tie.
"""

import contextlib
import copy
import importlib
import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file
from transformers import (
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    LlamaConfig,
    LlamaForCausalLM,
)

IGNORED = -100
# The last is longer than any block in which attention may be computed.
LENGTHS = [24, 17, 9, 150]
STANDARD_DEVIATION = 0.3
NORM_DEVIATION = 0.2

# Widths that no vector length divides, and widths that one does.
ODD = dict(hidden_size=20, num_attention_heads=4, num_key_value_heads=2, head_dim=6, intermediate_size=28, vocab_size=53)
EVEN = dict(hidden_size=48, num_attention_heads=6, num_key_value_heads=2, head_dim=8, intermediate_size=48, vocab_size=48)
ONE_KEY_HEAD = dict(hidden_size=32, num_attention_heads=4, num_key_value_heads=1, head_dim=16, intermediate_size=40, vocab_size=59)
IDS = dict(bos_token_id=1, eos_token_id=2, pad_token_id=0)
# All sequences cross a window of 8 in the first and the last layer; the layer between sees everything.
GEMMA = dict(
    num_hidden_layers=3, sliding_window=8, max_position_embeddings=256, rms_norm_eps=1e-6,
    layer_types=["sliding_attention", "full_attention", "sliding_attention"],
    rope_parameters={
        "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
        "full_attention": {"rope_type": "default", "rope_theta": 1000000.0},
    },
)  # fmt: skip
LLAMA = dict(num_hidden_layers=2, max_position_embeddings=256, rms_norm_eps=1e-5)


def llama(shape: dict, theta: float, tied: bool):
    """A Llama configuration and its class."""
    rope = {"rope_type": "default", "rope_theta": theta}
    config = LlamaConfig(**shape, **LLAMA, **IDS, rope_parameters=rope, tie_word_embeddings=tied)
    return LlamaForCausalLM, config


def gemma(shape: dict, query_scalar: int, tied: bool):
    """A Gemma 3 text configuration and its class."""
    config = Gemma3TextConfig(
        **shape, **GEMMA, **IDS, query_pre_attn_scalar=query_scalar, tie_word_embeddings=tied
    )
    return Gemma3ForCausalLM, config


MODELS = {
    "llama-tied": (101, llama(ODD, 10000.0, True)),
    "llama-untied": (103, llama(EVEN, 100000.0, False)),
    "gemma3-tied": (115, gemma(ODD, 10, True)),
    "gemma3-untied": (100, gemma(ONE_KEY_HEAD, 16, False)),
}


class WideTorch:
    """The torch module, except that its fp32 is fp64."""

    float32 = torch.float64

    def __getattr__(self, name):
        return getattr(torch, name)


@contextlib.contextmanager
def exact_arithmetic():
    """Inside, a model in fp64 computes in fp64 also what it otherwise casts to fp32 (norms, softmax).

    The angles of rotary embeddings stay fp32: they are constants of the model, and fp32 in its definition.
    """
    names = ("llama.modeling_llama", "gemma3.modeling_gemma3")
    modules = [importlib.import_module(f"transformers.models.{name}") for name in names]
    narrow = torch.Tensor.float
    torch.Tensor.float = lambda self: self if self.dtype == torch.float64 else narrow(self)
    for module in modules:
        module.torch = WideTorch()
    try:
        yield
    finally:
        torch.Tensor.float = narrow
        for module in modules:
            module.torch = torch


def randomize(model, generator) -> None:
    """Draws every weight: norms around their neutral value, everything else wide enough for uneven logits."""
    neutral = 0.0 if model.config.model_type.startswith("gemma3") else 1.0
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if "norm" in name:
                parameter.copy_(neutral + NORM_DEVIATION * noise)
            else:
                parameter.copy_(STANDARD_DEVIATION * noise)


def forward_and_backward(model, sequences, labels):
    """Logits of each sequence, the mean cross entropy over all labels, and every parameter's gradient."""
    model.zero_grad()
    count = sum(label != IGNORED for row in labels for label in row)
    logits = [model(input_ids=torch.tensor([ids]), use_cache=False).logits[0] for ids in sequences]
    total = sum(
        torch.nn.functional.cross_entropy(
            rows[:-1], torch.tensor(row[1:]), ignore_index=IGNORED, reduction="sum"
        )
        for rows, row in zip(logits, labels)
    )
    loss = total / count
    loss.backward()
    gradients = {name: parameter.grad.clone() for name, parameter in model.named_parameters()}
    return [rows.detach() for rows in logits], loss.item(), gradients


def generate(model, prompt: list[int], count: int) -> tuple[list[int], float]:
    """The greedy continuation, and the smallest distance between the two largest logits on the way."""
    ids, gap = list(prompt), float("inf")
    for _ in range(count):
        row = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1]
        best = torch.topk(row, 2)
        gap = min(gap, (best.values[0] - best.values[1]).item())
        ids.append(best.indices[0].item())
    cached = model.generate(
        torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
        max_new_tokens=count, do_sample=False, eos_token_id=None, pad_token_id=0,
    )[0].tolist()  # fmt: skip
    assert cached == ids, "generation with and without a cache differ"
    return ids[len(prompt) :], gap


def log_likelihood(model, context: list[int], continuation: list[int]) -> dict:
    """Summed log-probability of a continuation, and whether it is the greedy one."""
    rows = model(input_ids=torch.tensor([context + continuation]), use_cache=False).logits[0]
    rows = torch.log_softmax(rows[len(context) - 1 : -1], dim=-1)
    wanted = torch.tensor(continuation)
    return {
        "continuation": continuation,
        "logLikelihood": rows.gather(1, wanted[:, None]).double().sum().item(),
        "isGreedy": bool((rows.argmax(dim=-1) == wanted).all()),
    }


def smallest_gap(logits) -> float:
    """Smallest distance between the two largest logits of any row."""
    return min(
        (pair[0] - pair[1]).item() for rows in logits for pair in torch.topk(rows, 2, dim=-1).values
    )


def write(name: str, seed: int, model_class, config, folder: pathlib.Path) -> None:
    """Writes one model's fixture."""
    generator = torch.Generator().manual_seed(seed)
    config._attn_implementation = "eager"
    model = model_class(config).float().eval()
    randomize(model, generator)

    def tokens(count: int) -> list[int]:
        return torch.randint(3, config.vocab_size, (count,), generator=generator).tolist()

    sequences = [[1] + tokens(length - 1) for length in LENGTHS]
    labels = []
    for ids in sequences:
        kept = (torch.rand(len(ids) - 1, generator=generator) < 0.7).tolist()
        labels.append(
            [IGNORED] + [token if keep else IGNORED for token, keep in zip(ids[1:], kept)]
        )
    logits, loss, gradients = forward_and_backward(model, sequences, labels)

    exact = copy.deepcopy(model).double()
    with exact_arithmetic():
        exact_logits, exact_loss, exact_gradients = forward_and_backward(exact, sequences, labels)
    logit_error = max((a - b).abs().max().item() for a, b in zip(logits, exact_logits))
    gradient_error = max(
        ((gradients[key] - wanted).abs().max() / wanted.abs().max()).item()
        for key, wanted in exact_gradients.items()
    )

    with torch.no_grad():
        generations, gaps = [], [smallest_gap(logits)]
        for prompt in ([1] + tokens(4), [1] + tokens(10)):
            continuation, gap = generate(model, prompt, 12)
            generations.append({"prompt": prompt, "continuation": continuation})
            gaps.append(gap)
        context = [1] + tokens(12)
        greedy, gap = generate(model, context, 4)
        gaps.append(gap)
        scores = [log_likelihood(model, context, ids) for ids in (tokens(1), greedy, tokens(6))]
    varied = min(len(set(item["continuation"])) for item in generations)
    assert varied >= 3, "take another seed: a generation only repeats itself"
    assert scores[1]["isGreedy"] and not scores[2]["isGreedy"]
    print(
        f"{name}: loss {loss:.6f} (fp64 {exact_loss:.6f}), largest logit "
        f"{max(rows.abs().max().item() for rows in logits):.2f}, fp32 against fp64: logits "
        f"{logit_error:.1e}, gradients {gradient_error:.1e}; smallest gap {min(gaps):.1e}"
    )
    assert logit_error < 2e-5 and abs(loss - exact_loss) < 1e-6 and gradient_error < 2e-5
    assert min(gaps) > 1e-3, "take another seed: an arg-max is nearly a tie"

    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    tensors = {f"logits.{index}": rows.contiguous() for index, rows in enumerate(logits)}
    tensors |= {f"gradient.{key}": value.contiguous() for key, value in gradients.items()}
    save_file(tensors, folder / "expected.safetensors", metadata={"format": "pt"})
    expected = {
        "madeBy": "make_parity.py",
        "transformers": transformers.__version__,
        "torch": torch.__version__.split("+")[0],
        "seed": seed,
        "sequences": sequences,
        "labels": labels,
        "loss": loss,
        "generations": generations,
        "context": context,
        "scores": scores,
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in expected.items()]
    (folder / "expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main() -> None:
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    here = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    for name, (seed, (model_class, config)) in MODELS.items():
        write(name, seed, model_class, config, here / name)


if __name__ == "__main__":
    main()
