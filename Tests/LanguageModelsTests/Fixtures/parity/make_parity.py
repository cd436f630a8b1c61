"""Writes the parity fixtures: tiny random models and what transformers computes with them.

Usage: python make_parity.py [OUT_FOLDER] [NAME...]        (needs transformers 5.16.1, torch 2.13.0, safetensors, gguf)

One folder a model, with
  config.json, model.safetensors   the model as `save_pretrained` writes it
  expected.json                    token ids, labels (unshifted, -100 = nothing to predict), loss, generations,
                                   log-likelihoods, versions, seed
  expected.safetensors             logits.N of sequence N [tokens, vocabulary]; gradient.NAME of every parameter
  model.gguf                       for the families whose GGUF has no other fixture: the same model as llama.cpp's converter
                                   would write it, in fp32, tensor names from the gguf package's own table
Everything is computed in fp32 with one thread, each sequence alone, eager attention; the loss is the sum of the cross
entropies of all labels divided by their number. The script repeats it in fp64 and refuses to write a fixture whose fp32
values are far from those or whose arg-max is nearly a tie.
"""

import contextlib
import copy
import importlib
import json
import math
import pathlib
import sys

import gguf
import torch
import transformers
from safetensors.torch import save_file
from transformers import (
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    Olmo2Config,
    Olmo2ForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
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
HALVES = dict(hidden_size=24, num_attention_heads=4, num_key_value_heads=2, intermediate_size=28, vocab_size=53)
NARROW = dict(hidden_size=24, num_attention_heads=4, num_key_value_heads=1, head_dim=16, intermediate_size=20, vocab_size=53)
WIDE_HEADS = dict(hidden_size=48, num_attention_heads=3, intermediate_size=40, vocab_size=59)
TWO_HEADS = dict(hidden_size=20, num_attention_heads=2, intermediate_size=28, vocab_size=53)
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


def llama3(shape: dict, tied: bool):
    """A Llama configuration with scaled rotary frequencies, as 3.1 to 3.3 have it, and its class."""
    rope = {
        "rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0,
        "high_freq_factor": 4.0, "original_max_position_embeddings": 8192,
    }  # fmt: skip
    long = LLAMA | dict(max_position_embeddings=16384)
    config = LlamaConfig(**shape, **long, **IDS, rope_parameters=rope, tie_word_embeddings=tied)
    return LlamaForCausalLM, config


def qwen(config_class, model_class, shape: dict, theta: float, tied: bool):
    """A Qwen configuration and its class."""
    rope = {"rope_type": "default", "rope_theta": theta}
    config = config_class(**shape, **LLAMA, **IDS, rope_parameters=rope, tie_word_embeddings=tied)
    return model_class, config


def neox(shape: dict, part: float, parallel: bool, tied: bool):
    """A GPT-NeoX configuration and its class; the padding token is one that occurs, and its embedding learns."""
    rope = {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": part}
    config = GPTNeoXConfig(
        **shape, **(IDS | dict(pad_token_id=7)), num_hidden_layers=2, max_position_embeddings=256,
        layer_norm_eps=1e-5, rope_parameters=rope, use_parallel_residual=parallel,
        tie_word_embeddings=tied,
    )  # fmt: skip
    return GPTNeoXForCausalLM, config


MODELS = {
    "llama-tied": (101, llama(ODD, 10000.0, True)),
    "llama-untied": (103, llama(EVEN, 100000.0, False)),
    "gemma3-tied": (115, gemma(ODD, 10, True)),
    "gemma3-untied": (100, gemma(ONE_KEY_HEAD, 16, False)),
    "llama3": (202, llama3(NARROW, False)),
    "qwen2-tied": (202, qwen(Qwen2Config, Qwen2ForCausalLM, HALVES, 1000000.0, True)),
    "qwen3-tied": (203, qwen(Qwen3Config, Qwen3ForCausalLM, ODD, 1000000.0, True)),
    "qwen3-untied": (204, qwen(Qwen3Config, Qwen3ForCausalLM, NARROW, 10000.0, False)),
    "olmo2": (302, qwen(Olmo2Config, Olmo2ForCausalLM, HALVES, 500000.0, False)),
    "gpt-neox": (302, neox(WIDE_HEADS, 0.25, parallel=True, tied=False)),
    "gpt-neox-sequential": (302, neox(TWO_HEADS, 0.4, parallel=False, tied=True)),
}
# The architecture and the pretokenizer in the GGUF of a model that has one.
GGUF = {
    "llama3": (gguf.MODEL_ARCH.LLAMA, "llama-bpe"),
    "qwen2-tied": (gguf.MODEL_ARCH.QWEN2, "qwen2"),
    "qwen3-tied": (gguf.MODEL_ARCH.QWEN3, "qwen2"),
    "qwen3-untied": (gguf.MODEL_ARCH.QWEN3, "qwen2"),
    "olmo2": (gguf.MODEL_ARCH.OLMO2, "dbrx"),
    "gpt-neox": (gguf.MODEL_ARCH.GPTNEOX, "olmo"),
    "gpt-neox-sequential": (gguf.MODEL_ARCH.GPTNEOX, "mpt"),
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
    names = [f"{name}.modeling_{name}" for name in ("llama", "gemma3", "qwen2", "qwen3", "olmo2", "gpt_neox")]
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
            if "norm" in name and name.endswith("weight"):
                parameter.copy_(neutral + NORM_DEVIATION * noise)
            else:
                parameter.copy_(STANDARD_DEVIATION * noise)


def stored_name(model, name: str) -> str:
    """What a checkpoint calls a parameter: transformers 5 renames the head of GPT-NeoX when it loads one."""
    is_neox = model.config.model_type == "gpt_neox"
    return name.replace("lm_head.", "embed_out.") if is_neox else name


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
    for module in exact.modules():
        if hasattr(module, "inv_freq"):
            module.inv_freq = module.inv_freq.float()
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
    if name in GGUF:
        write_gguf(name, model, config, folder / "model.gguf")
    (folder / "generation_config.json").unlink(missing_ok=True)
    tensors = {f"logits.{index}": rows.contiguous() for index, rows in enumerate(logits)}
    tensors |= {
        f"gradient.{stored_name(model, key)}": value.contiguous() for key, value in gradients.items()
    }
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


def permute(weights, heads: int):
    """What llama.cpp's converter does to query and key projections of Llama."""
    return weights.reshape(heads, 2, -1, weights.shape[1]).swapaxes(1, 2).reshape(weights.shape)


def split_heads(weights, heads: int):
    """What llama.cpp's converter does to GPT-NeoX's fused projection and its bias: queries, then keys, then values."""
    parts = weights.reshape(heads, 3, -1, *weights.shape[1:])
    return parts.swapaxes(0, 1).reshape(weights.shape)


def rotary_divisors(config) -> list[float]:
    """What llama.cpp's converter makes of rotary frequencies that are scaled as in Llama 3.1."""
    rope, divisors = config.rope_parameters, []
    low, high = rope["low_freq_factor"], rope["high_freq_factor"]
    positions, factor = rope["original_max_position_embeddings"], rope["factor"]
    exponents = torch.arange(0, config.head_dim, 2, dtype=torch.float32) / config.head_dim
    for frequency in 1.0 / (rope["rope_theta"] ** exponents):
        wave = 2 * math.pi / frequency
        smooth = (positions / wave - low) / (high - low)
        middle = 1 / ((1 - smooth) / factor + smooth)
        divisors.append(1 if wave < positions / high else factor if wave > positions / low else middle)
    return divisors


def vocabulary(size: int) -> tuple[list[str], list[int], list[str]]:
    """A byte-level vocabulary of special tokens, some letters and two merges."""
    tokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "ab", "\u0120a"]
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,:;!?-+*/()=\"'\u0120\u010a"
    tokens += list(letters[: size - len(tokens)])
    tokens += [f"<|unused{n}|>" for n in range(size - len(tokens))]
    kinds = [3 if text.startswith("<|") else 1 for text in tokens]
    return tokens, kinds, ["a b", "\u0120 a"] if "\u0120" in tokens else ["a b"]


def write_gguf(name: str, model, config, path: pathlib.Path) -> None:
    """Writes a model as `convert_hf_to_gguf.py` would, in fp32."""
    architecture, pretokenizer = GGUF[name]
    writer = gguf.GGUFWriter(path, gguf.MODEL_ARCH_NAMES[architecture])
    is_llama = architecture == gguf.MODEL_ARCH.LLAMA
    is_neox = architecture == gguf.MODEL_ARCH.GPTNEOX
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    if is_neox:
        heads = config.hidden_size // config.num_attention_heads
        writer.add_rope_dimension_count(int(config.rope_parameters["partial_rotary_factor"] * heads))
        writer.add_parallel_residual(config.use_parallel_residual)
        writer.add_layer_norm_eps(config.layer_norm_eps)
    else:
        writer.add_head_count_kv(config.num_key_value_heads)
        writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
        writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    if getattr(config, "head_dim", None):
        writer.add_key_length(config.head_dim)
        writer.add_value_length(config.head_dim)
    if is_llama:
        writer.add_vocab_size(config.vocab_size)
        writer.add_rope_dimension_count(config.head_dim)
    tokens, kinds, merges = vocabulary(config.vocab_size)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pretokenizer)
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(config.bos_token_id)
    writer.add_eos_token_id(config.eos_token_id)
    writer.add_pad_token_id(config.pad_token_id)
    writer.add_add_bos_token(is_llama)
    names = gguf.get_tensor_name_map(architecture, config.num_hidden_layers)
    for key, parameter in model.named_parameters():
        weights = parameter.detach().numpy()
        if is_llama and key.endswith("q_proj.weight"):
            weights = permute(weights, config.num_attention_heads)
        if is_llama and key.endswith("k_proj.weight"):
            weights = permute(weights, config.num_key_value_heads)
        if "query_key_value" in key:
            weights = split_heads(weights, config.num_attention_heads)
        writer.add_tensor(names.get_name(key, try_suffixes=(".weight", ".bias")), weights)
    if config.rope_parameters["rope_type"] == "llama3":
        divisors = torch.tensor(rotary_divisors(config), dtype=torch.float32)
        writer.add_tensor("rope_freqs.weight", divisors.numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    here = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    for name, (seed, (model_class, config)) in MODELS.items():
        if len(sys.argv) < 3 or name in sys.argv[2:]:
            write(name, seed, model_class, config, here / name)


if __name__ == "__main__":
    main()
