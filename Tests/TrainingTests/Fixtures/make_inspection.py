"""Writes inspection.json: what objectives do at the tokens of run.json's examples, and how far weights have moved.

    python make_inspection.py          (writes beside itself; needs the packages of make_run.py)

For the initial weights and those that each training left, PyTorch's autograd gives the gradient of each token's weighted cross
entropy with respect to its logits, and NumPy the quantiles, the sums in groups of tokens and the distances, in double.
"""

import json

import numpy
import safetensors.torch
import torch

from make_run import FOLDER, IGNORED, tiny_model

K, QUANTILE = 20, 0.3
OBJECTIVES = {
    "cross-entropy": lambda h, p: torch.ones_like(h),
    "eaft": lambda h, p: h / numpy.log(K),
    "eaft 0.333": lambda h, p: h ** 0.333,
    "dft": lambda h, p: p,
    "masked": lambda h, p: 1 - ((h < h.quantile(QUANTILE)) & (p < p.quantile(QUANTILE))).to(h.dtype),
}
WEIGHTS = ["run-initial", "run-sft", "run-eaft"]


def load(name):
    model = tiny_model()
    model.load_state_dict(safetensors.torch.load_file(FOLDER / f"{name}.safetensors"), strict=False)
    model.tie_weights()
    return model.eval()


def predictions(model, examples):
    """Logits and targets of every token that is learned."""
    rows, targets = [], []
    for example in examples:
        with torch.no_grad():
            logits = model(torch.tensor([example["input_ids"]])).logits[0, :-1].double()
        labels = torch.tensor(example["labels"][1:])
        rows.append(logits[labels != IGNORED])
        targets.append(labels[labels != IGNORED])
    return torch.cat(rows), torch.cat(targets)


def measures(logits, targets, weigh):
    logits = logits.clone().requires_grad_()
    losses = torch.nn.functional.cross_entropy(logits, targets, reduction="none")
    top = torch.topk(logits.detach(), min(K, logits.shape[-1]), dim=-1)[0].softmax(-1)
    entropies = -(top * top.log()).sum(-1)
    weights = weigh(entropies, (-losses.detach()).exp())
    (weights * losses).sum().backward()
    return {
        "crossEntropies": losses.detach(), "entropies": entropies, "weights": weights,
        "gradientNorms": logits.grad.norm(dim=-1)}


def groups(base):
    """The group of each token: both low, the entropy, the probability, neither."""
    entropies, probabilities = base["entropies"].numpy(), numpy.exp(-base["crossEntropies"].numpy())
    limits = numpy.quantile(entropies, QUANTILE), numpy.quantile(probabilities, QUANTILE)
    return limits, (entropies >= limits[0]) * 2 + (probabilities >= limits[1])


def distances(model, base):
    result = {}
    for name, parameter in model.named_parameters():
        kind = ".".join("*" if part.isdigit() else part for part in name.split("."))
        start = base.state_dict()[name].detach().double()
        step = parameter.detach().double() - start
        for key in ("all", kind):
            count, squares, norms = result.get(key, (0, 0, 0))
            result[key] = (
                count + start.numel(), squares + float((step ** 2).sum()),
                norms + float((start ** 2).sum()))
    return {key: [count, squares ** 0.5, norms ** 0.5] for key, (count, squares, norms) in result.items()}


def main():
    examples = json.loads((FOLDER / "run.json").read_text())["examples"]
    models = {name: load(name) for name in WEIGHTS}
    found = {name: predictions(model, examples) for name, model in models.items()}
    limits, group = groups(measures(*found["run-initial"], OBJECTIVES["cross-entropy"]))
    content = {
        "versions": {"torch": torch.__version__, "numpy": numpy.__version__}, "quantile": QUANTILE,
        "thresholds": list(limits), "counts": [int((group == g).sum()) for g in range(4)], "cases": [],
        "distances": {name: distances(models[name], models["run-initial"]) for name in WEIGHTS[1:]}}
    for name in WEIGHTS:
        for objective, weigh in OBJECTIVES.items():
            result = {key: value.numpy() for key, value in measures(*found[name], weigh).items()}
            loss = result["weights"] * result["crossEntropies"]
            content["cases"].append({
                "weights": name, "objective": objective,
                "losses": [float(loss[group == g].sum()) for g in range(4)],
                "gradientNorms": [float(result["gradientNorms"][group == g].sum()) for g in range(4)]})
    (FOLDER / "inspection.json").write_text(json.dumps(content, indent=1) + "\n")


main()
