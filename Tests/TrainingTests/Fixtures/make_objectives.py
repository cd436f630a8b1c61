"""Writes objectives.json: what PyTorch gives for the objectives that are no power of the entropy (DFT, masked tokens).

Run: python make_objectives.py   (versions that were used are in the file)
"""

import json
import pathlib

import numpy
import torch
import transformers

import make_run
from make_training import entropies

SEED = 20260301
torch.set_num_threads(1)
F64 = torch.float64


def cross_entropies(logits, targets):
    return torch.nn.functional.cross_entropy(logits, targets, reduction="none")


def probability_weights(logits, targets):
    """DFT: the probability of the target, held fixed."""
    return torch.exp(-cross_entropies(logits.detach(), targets))


def conflict_weights(logits, targets, k, entropy_quantile, probability_quantile):
    """0 where entropy and probability are both below their quantile of all rows, else 1."""
    logits = logits.detach()
    h, p = entropies(logits, k), torch.exp(-cross_entropies(logits, targets))
    low = torch.quantile(h, entropy_quantile), torch.quantile(p, probability_quantile)
    return (~((h < low[0]) & (p < low[1]))).to(logits.dtype)


def rows(generator, count, vocabulary, scale=4.0):
    logits = (scale * torch.randn(count, vocabulary, generator=generator)).float()
    return logits, torch.randint(vocabulary, (count,), generator=generator)


def results(logits, targets, weights, scale):
    """Losses and gradients of the weighted sum times scale, in fp64 and in fp32."""
    result = {}
    for name, dtype in [("double", F64), ("single", torch.float32)]:
        x = logits.to(dtype).requires_grad_()
        w = weights(x)
        loss = (w * cross_entropies(x, targets)).sum() * scale
        loss.backward()
        result[name] = {
            "loss": loss.item(), "weights": w.tolist(),
            "gradient": [float(f"{g:.9g}") for g in x.grad.flatten().tolist()]}
    return result


def probability_cases():
    generator = torch.Generator().manual_seed(SEED)
    cases = [rows(generator, n, v) for n, v in [(1, 1), (2, 2), (3, 15), (2, 17), (2, 65), (1, 1027)]]
    # Sure and right, sure and wrong, and a target that the model excludes by 100 nats.
    sure = torch.zeros(3, 33)
    sure[:, 7] = torch.tensor([15.0, 15.0, 100.0])
    cases.append((sure, torch.tensor([7, 3, 4])))
    return [
        {"logits": z.tolist(), "targets": y.tolist(), "scale": 0.25,
         **results(z, y, lambda x: probability_weights(x, y), 0.25)}
        for z, y in cases]


def mask_cases():
    generator = torch.Generator().manual_seed(SEED + 1)
    result = []
    for count, vocabulary, k, low_h, low_p in [
        (1, 9, 20, 0.15, 0.15), (7, 30, 20, 0.5, 0.5), (61, 12, 20, 0.15, 0.15), (21, 24, 5, 0.8, 0.6),
        (9, 25, 20, 0.0, 1.0), (9, 25, 20, 1.0, 1.0), (11, 25, 20, 0.3, 0.7),
    ]:
        z, y = rows(generator, count, vocabulary)
        # Half of the rows are sharpened, so that there are low entropies with improbable targets.
        z[::2] *= 3
        kept = conflict_weights(z.to(F64), y, k, low_h, low_p)
        scale = 1 / kept.sum().item()
        result.append({
            "logits": z.tolist(), "targets": y.tolist(), "k": k, "entropyQuantile": low_h,
            "probabilityQuantile": low_p, "scale": scale,
            **results(z, y, lambda x: conflict_weights(x, y, k, low_h, low_p), scale)})
    return result


def quantile_cases():
    generator = numpy.random.default_rng(SEED)
    result = []
    for count in [1, 2, 3, 10, 101]:
        values = generator.standard_normal(count)
        for share in [0.0, 0.15, 1 / 3, 0.5, 0.7, 0.999, 1.0]:
            quantile = numpy.quantile(values, share, method="linear").item()
            ours = torch.quantile(torch.tensor(values), share, interpolation="linear").item()
            assert abs(quantile - ours) <= 1e-15 * abs(values).max()
            result.append({"values": values.tolist(), "share": share, "quantile": quantile})
    return result


# MARK: - Trainings

RUNS = {
    "dft": {"objective": "dft"},
    "masked": {"objective": "masked"},
    "masked-micro-batch-mean": {"objective": "masked", "reduction": "micro-batch-mean"},
    # Two processes, of which each masks by the quantiles of its own window.
    "masked-rank-mean": {"objective": "masked", "reduction": "rank-mean", "ranks": 2},
}
BASE = dict(
    make_run.BASE, weightDecay=0.0, ranks=1, accumulationSteps=2, k=20, entropyQuantile=0.6,
    probabilityQuantile=0.6)


def window_plan(count, settings):
    """All micro-batches of each step, in the order of the epoch; process r has every ranks-th of them from r on."""
    if settings["ranks"] == 1:
        return make_run.windows(count, settings)
    import make_ranks

    shards = [make_ranks.rank_windows(count, settings, r) for r in range(settings["ranks"])]
    return [[batch for dealt in zip(*steps) for batch in dealt] for steps in zip(*shards)]


def predictions(model, examples, batch):
    """Logits and targets of a padded batch's trainable tokens."""
    longest = max(len(examples[i]["input_ids"]) for i in batch)

    def padded(values, fill):
        return torch.tensor([row + [fill] * (longest - len(row)) for row in values])

    labels = padded([examples[i]["labels"] for i in batch], make_run.IGNORED)[:, 1:]
    logits = model(
        input_ids=padded([examples[i]["input_ids"] for i in batch], 0),
        attention_mask=padded([[1] * len(examples[i]["input_ids"]) for i in batch], 0),
    ).logits[:, :-1]
    keep = labels != make_run.IGNORED
    return logits[keep], labels[keep]


def train(model, examples, settings):
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings["learningRate"], weight_decay=0.0)
    plan, log = window_plan(len(examples), settings), []
    schedule = transformers.get_cosine_schedule_with_warmup(
        optimizer, settings["warmUp"], len(plan))
    model.train()
    for step in plan:
        weight, tokens = 0.0, 0
        ranks = settings["ranks"] if settings["reduction"] == "rank-mean" else 1
        weighted = []
        for rank in range(ranks):
            batches = [predictions(model, examples, batch) for batch in step[rank::ranks]]
            z, y = torch.cat([b[0] for b in batches]), torch.cat([b[1] for b in batches])
            if settings["objective"] == "dft":
                w = probability_weights(z, y)
            else:
                w = conflict_weights(
                    z, y, settings["k"], settings["entropyQuantile"],
                    settings["probabilityQuantile"])
            losses, start = w * cross_entropies(z, y), 0
            counted = len(w) if settings["objective"] == "dft" else w.sum()
            for _, targets in batches:
                part = slice(start, start + len(targets))
                start += len(targets)
                divisor = ranks * counted
                if settings["reduction"] == "micro-batch-mean":
                    divisor = w[part].sum().clamp(min=1) * len(step)
                weighted.append(losses[part].sum() / divisor)
            weight, tokens = weight + w.sum().item(), tokens + len(w)
        loss = torch.stack(weighted).sum()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item()
        log.append({
            "microBatches": step, "loss": loss.item(), "gradientNorm": norm,
            "learningRate": schedule.get_last_lr()[0], "trainableTokens": tokens,
            "weight": weight / tokens})
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    return log


def main():
    examples, runs = make_run.tiny_examples(), {}
    for name, changes in RUNS.items():
        settings, model = {**BASE, **changes}, make_run.tiny_model()
        runs[name] = {"settings": settings, "steps": train(model, examples, settings)}
    content = {
        "versions": {
            "torch": torch.__version__, "numpy": numpy.__version__,
            "transformers": transformers.__version__},
        "seed": SEED, "probability": probability_cases(), "mask": mask_cases(),
        "quantiles": quantile_cases(), "examples": examples, "runs": runs}
    path = pathlib.Path(__file__).with_name("objectives.json")
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
