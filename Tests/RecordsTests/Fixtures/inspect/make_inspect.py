"""Makes logs of inspect_ai: `python make_inspect.py OUT`, in an environment with inspect_ai.

Logs name the repository around them: they are made by a copy of this file in a folder that is in none.

Two models answer the same eight questions, once in the order that the other is asked in reverse with other ids. The
stand-in model of inspect_ai answers, so that nothing is downloaded. Scores are of every kind that a log can hold. What
inspect_ai itself makes of them, read back with its own reader and its own `value_to_float`, is in expected.json.
"""

import json
import pathlib
import shutil
import sys
import types
import zipfile

import tiktoken

# The stand-in model counts tokens with a vocabulary that it would download.
tiktoken.get_encoding = tiktoken.encoding_for_model = lambda *_, **__: types.SimpleNamespace(
    encode=lambda text, **_: text.split(), encode_ordinary=lambda text: text.split())

import inspect_ai
from inspect_ai import Task, eval, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import list_eval_logs, read_eval_log
from inspect_ai.model import ChatMessageSystem, ChatMessageUser, ModelOutput, get_model
from inspect_ai.scorer import CORRECT, INCORRECT, NOANSWER, PARTIAL, Score, accuracy, match, mean, scorer, stderr
from inspect_ai.scorer._metric import value_to_float
from inspect_ai.solver import generate

HERE = pathlib.Path(sys.argv[1]).resolve()


@scorer(metrics=[accuracy(), stderr()])
def graded():
    async def score(state, target):
        number = state.metadata["number"]
        shift = 1 if "b" in state.output.completion else 0
        return Score(value=[CORRECT, PARTIAL, INCORRECT, NOANSWER][(number + shift) % 4])
    return score


@scorer(metrics={"clear": [mean()], "kind": [mean()]})
def judged():
    async def score(state, target):
        number = state.metadata["number"]
        return Score(value={"clear": number / 8, "kind": ["yes", "no", "True", "0.25"][number % 4]})
    return score


def question(number, identity):
    text = f"What is {number} + {number}?"
    if number % 2:
        text = [ChatMessageSystem(content="Be brief."), ChatMessageUser(content=text)]
    return Sample(id=identity, input=text, target=str(2 * number), metadata={"number": number})


@task
def sums(turned):
    numbers = list(range(1, 9))
    samples = [question(number, 100 - number if turned else number) for number in (reversed(numbers) if turned else numbers)]
    return Task(dataset=MemoryDataset(samples), solver=generate(), scorer=[match(), graded(), judged()])


def run(name, turned, wrong, form, epochs=1):
    numbers = list(range(1, 9))[::-1 if turned else 1]
    outputs = [
        ModelOutput.from_content("mockllm/model", f"{name} {'7' if number in wrong else 2 * number}") for number in numbers]
    folder = HERE / "new"
    shutil.rmtree(folder, ignore_errors=True)
    eval(
        sums(turned), model=get_model(f"mockllm/{name}", custom_outputs=outputs * epochs), log_dir=str(folder), log_format=form,
        display="none", epochs=epochs, max_samples=1, log_samples=True, log_realtime=False)
    [log] = folder.iterdir()
    target = HERE / f"{name}.{form}"
    log.rename(target)
    shutil.rmtree(folder)
    return target


def shorten(path):
    """Takes out of a log in JSON what happened at each step, of which most of it consists."""
    log = json.loads(path.read_text())
    for sample in log["samples"]:
        sample["events"] = []
        del sample["events_data"]
    path.write_text(json.dumps(log))


def deflate(path):
    """Packs a log as versions of inspect_ai before zstd did."""
    with zipfile.ZipFile(path) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist() if not name.startswith("_journal/")]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)


def expected(path):
    log = read_eval_log(str(path))
    assert log.status == "success", log.error
    to_float = value_to_float()
    values = {}
    for sample in log.samples:
        for name, score in sample.scores.items():
            parts = score.value.items() if isinstance(score.value, dict) else [(None, score.value)]
            for part, value in parts:
                key = name if part is None else f"{name}/{part}"
                values.setdefault(key, {}).setdefault(str(sample.id), []).append(to_float(value))
    metrics = {
        f"{score.name}/{name}": metric.value for score in log.results.scores for name, metric in score.metrics.items()}
    return {"model": log.eval.model, "scores": values, "metrics": metrics}


HERE.mkdir(exist_ok=True)
logs = [
    run("a", False, {2}, "eval"), run("b", True, {2, 5, 7}, "json"),
    run("c", False, {1, 4}, "eval", epochs=2),
]
shorten(logs[1])
deflate(logs[2])
(HERE / "expected.json").write_text(json.dumps(
    {"inspect_ai": inspect_ai.__version__, "logs": {log.name: expected(log) for log in logs}}, separators=(",", ":")) + "\n")
