"""Writes training.json: what PyTorch, NumPy and transformers give for objectives, orders, schedules and AdamW.

Run: python make_training.py   (versions that were used are in the file)
"""

import json
import math
import pathlib

import numpy
import torch
import transformers
from transformers import Gemma3ForCausalLM, Gemma3TextConfig, LlamaConfig, LlamaForCausalLM
from transformers import get_scheduler

SEED = 20260131
torch.set_num_threads(1)
F64 = torch.float64


def entropies(logits, k):
    """Entropy of the k largest logits, from log-softmax."""
    log_p = torch.log_softmax(torch.topk(logits, min(k, logits.shape[-1]), dim=-1)[0], -1)
    return -(log_p.exp() * log_p).sum(-1)


def axolotl_entropies(logits, k):
    """The same in Axolotl's form."""
    p = torch.softmax(torch.topk(logits, min(k, logits.shape[-1]), dim=-1)[0], -1)
    return -(p * torch.log(p + 1e-10)).sum(-1)


def token_cases():
    zeros = [0.0] * 32
    ramp = [-0.5 * i for i in range(32)]
    conflict = [15.0] + [0.0] * 31
    cases = [
        ("uniform", zeros, 3), ("ramp-hit", ramp, 0), ("ramp-miss", ramp, 5),
        ("ramp-tail", ramp, 25), ("conflict", conflict, 7), ("agree", conflict, 0),
        ("twoway", [3.0, 3.0] + [-2.0] * 30, 1), ("saturated", [100.0] + [0.0] * 31, 1),
        ("sine", [3 * math.sin(i) for i in range(32)], 11),
        ("smallV", [0.3 * (i + 1) for i in range(8)], 2),
    ]
    result = []
    for name, logits, target in cases:
        z = torch.tensor(logits, dtype=torch.float32)
        h = axolotl_entropies(z, 20)
        exact = entropies(z.to(F64), 20)
        ce = torch.nn.functional.cross_entropy(z[None], torch.tensor([target]))
        ln_k = math.log(min(20, len(logits)))
        result.append({
            "name": name, "logits": z.tolist(), "target": target, "crossEntropy": ce.item(),
            "entropy": exact.item(), "axolotlEntropy": h.item(),
            "weights": {
                "paper": (h / ln_k).item(), "llamafactory": (h / 3).item(),
                "axolotl": (h ** 0.333).item(), "blog-intent": ((h / ln_k) ** 0.333).item(),
            },
        })
    return result


def batch_case():
    """The batch of Axolotl's own loss function: 2 sequences of 5 positions, 24 tokens."""
    b, t, v = torch.meshgrid(torch.arange(2), torch.arange(5), torch.arange(24), indexing="ij")
    z = (2 * torch.sin(0.7 * (97 * b + 13 * t + v).to(F64) + 0.1 * v.to(F64))).float()
    labels = torch.tensor([[-100, -100, 4, 9, -100], [-100, 7, 0, 23, 11]])
    result = {"logits": z.tolist(), "labels": labels.tolist()}
    for alpha in (1.0, 0.333):
        for count in (6, 10):
            x = z.clone().requires_grad_()
            rows, y = x[:, :-1].reshape(-1, 24), labels[:, 1:].reshape(-1)
            keep = y != -100
            ce = torch.nn.functional.cross_entropy(rows[keep], y[keep], reduction="none")
            h = axolotl_entropies(rows[keep].detach(), 20)
            loss = (ce * h ** alpha).sum() / count
            loss.backward()
            result[f"alpha {alpha} count {count}"] = {
                "loss": loss.item(), "crossEntropies": ce.tolist(), "entropies": h.tolist(),
                "gradient": x.grad.tolist(), "norm": x.grad.norm().item(),
            }
    return result


def row_cases():
    """Rows of other lengths, seeded: exact results and gradients in fp64."""
    generator = torch.Generator().manual_seed(SEED)
    result = []
    for vocabulary, k, alpha, scale in [
        (1, 20, 1.0, 1.0), (2, 2, 0.333, 0.5), (15, 3, 2.0, 1.0), (17, 20, 0.0, 0.25),
        (63, 1, 1.0, 1.0), (65, 5, 0.333, 1.0), (1030, 20, 1.0, 0.125), (1100, 64, 0.5, 1.0),
    ]:
        z = (4 * torch.randn(vocabulary, generator=generator)).float()
        target = int(torch.randint(vocabulary, (1,), generator=generator))
        x = z.to(F64).requires_grad_()
        h = entropies(x.detach(), k)
        weight = h ** alpha if alpha else torch.tensor(1.0, dtype=F64)
        ce = torch.nn.functional.cross_entropy(x[None], torch.tensor([target]))
        (scale * weight * ce).backward()
        result.append({
            "logits": z.tolist(), "target": target, "k": k, "alpha": alpha, "scale": scale,
            "crossEntropy": ce.item(), "entropy": h.item(), "weight": weight.item(),
            "gradient": x.grad.tolist(),
        })
    return result


def fingerprint(order):
    """FNV-1a over the order's indices, each as one 64-bit word."""
    value = 0xCBF29CE484222325
    for index in order:
        value = ((value ^ index) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return str(value)


def orders():
    result = []
    seeds = [0, 1, 7, 42, 43, 2**31, 2**32 - 1, 2**32, 2**32 + 5, 2**40 + 3, 2**63, 2**64 - 1]
    for count in [0, 1, 2, 3, 5, 10, 16, 17, 64, 65, 623, 624, 625, 1000, 12345, 70000]:
        for seed in seeds:
            numpy_order = numpy.random.default_rng(seed).permutation(count).tolist()
            generator = torch.Generator().manual_seed(seed)
            torch_order = torch.randperm(count, generator=generator).tolist()
            result.append({
                "count": count, "seed": str(seed), "numpyHead": numpy_order[:8],
                "numpy": fingerprint(numpy_order), "torchHead": torch_order[:8],
                "torch": fingerprint(torch_order),
            })
    return result


def schedules():
    result = []
    for shape in ("cosine", "linear", "constant_with_warmup"):
        for warm_up, total in [(0, 1), (0, 7), (2, 10), (3, 3), (5, 3), (10, 100), (30, 300)]:
            optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=5e-5)
            schedule = get_scheduler(
                shape, optimizer, num_warmup_steps=warm_up, num_training_steps=total)
            rates = []
            for _ in range(total):
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                schedule.step()
            result.append({
                "shape": shape, "warmUp": warm_up, "total": total, "peak": 5e-5, "rates": rates})
    return result


def decay_names():
    from transformers.trainer import Trainer

    result = {}
    llama = LlamaForCausalLM(LlamaConfig(
        vocab_size=8, hidden_size=4, intermediate_size=4, num_hidden_layers=1,
        num_attention_heads=1, num_key_value_heads=1, tie_word_embeddings=False))
    gemma = Gemma3ForCausalLM(Gemma3TextConfig(
        vocab_size=8, hidden_size=4, intermediate_size=4, num_hidden_layers=1,
        num_attention_heads=1, num_key_value_heads=1, head_dim=4))
    for model in (llama, gemma):
        decaying = set(Trainer.get_decay_parameter_names(None, model))
        for name, _ in model.named_parameters():
            result[name] = name in decaying
    return result


def whole_number(index, step):
    """A multiple of 2^-16 in [-0.5, 0.5), the same in every language."""
    return ((index * 40503 + step * 9973) % 65536) / 65536 - 0.5


def adamw():
    """20 steps over a tiny Llama's parameters, in the order of its layout, with clipping and decay."""
    tensors = [
        ("model.embed_tokens.weight", 7 * 6), ("model.layers.0.input_layernorm.weight", 6),
        ("model.layers.0.self_attn.q_proj.weight", 4 * 6),
        ("model.layers.0.self_attn.k_proj.weight", 2 * 6),
        ("model.layers.0.self_attn.v_proj.weight", 2 * 6),
        ("model.layers.0.self_attn.o_proj.weight", 6 * 4),
        ("model.layers.0.post_attention_layernorm.weight", 6),
        ("model.layers.0.mlp.gate_proj.weight", 5 * 6),
        ("model.layers.0.mlp.up_proj.weight", 5 * 6),
        ("model.layers.0.mlp.down_proj.weight", 6 * 5), ("model.norm.weight", 6),
    ]
    names = decay_names()
    count = sum(n for _, n in tensors)
    values = [whole_number(i, 0) for i in range(count)]
    parameters, groups, start = [], {True: [], False: []}, 0
    for name, n in tensors:
        parameter = torch.nn.Parameter(torch.tensor(values[start:start + n]))
        parameters.append(parameter)
        groups[names[name]].append(parameter)
        start += n
    optimizer = torch.optim.AdamW(
        [{"params": groups[True], "weight_decay": 0.1}, {"params": groups[False]}],
        lr=1e-3, weight_decay=0.0)
    norms = []
    for step in range(1, 21):
        start = 0
        for parameter in parameters:
            n = parameter.numel()
            parameter.grad = torch.tensor(
                [4.0 ** -(step % 5) * whole_number(i, step) for i in range(start, start + n)])
            start += n
        norms.append(torch.nn.utils.clip_grad_norm_(parameters, 1.0).item())
        for group in optimizer.param_groups:
            group["lr"] = 1e-3 * (21 - step) / 20
        optimizer.step()
    return {
        "count": count, "norms": norms, "weightDecay": 0.1,
        "parameters": torch.cat([p.detach() for p in parameters]).tolist(),
    }


def main():
    content = {
        "versions": {
            "torch": torch.__version__, "numpy": numpy.__version__,
            "transformers": transformers.__version__},
        "seed": SEED, "tokens": token_cases(), "batch": batch_case(), "rows": row_cases(),
        "orders": orders(), "schedules": schedules(), "decays": decay_names(), "adamw": adamw(),
    }
    path = pathlib.Path(__file__).with_name("training.json")
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
