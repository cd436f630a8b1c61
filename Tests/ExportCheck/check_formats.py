"""Holds exports of a record against the public validators of formats for evaluations and data.

    python check_formats.py --program FILE RECORD [--artifacts FOLDER] [--tasks FOLDER] [--data FOLDER]

Exports RECORD with the program twice in each format, into a folder that is removed afterwards; the bytes must be the same.

Logs of Every Eval Ever must pass its own validator, without a warning.

Croissant 1.1 must be read by mlcroissant, with the warnings of what a record does not know and no others. With --data, the folder
that a manifest's local files are in, mlcroissant also reads the rows of every data set whose rows are described, of files that it
finds there by their digests.

Croissant Tasks have a validator on no package index: --tasks is the folder tasks/ of mlcommons/croissant (tried at 401f6fff). Its
shape for a TaskProblem has a property without a path, which is no well-formed SHACL: no version of pyshacl takes it, and the
repository's own valid_problem.jsonld fails. So a TaskSolution is held against the shapes as they are, and a TaskProblem against
all of them but that one, whose sentence ("at least one input, output or implementation that is a Spec") is checked here.

Model cards must be read by huggingface_hub's ModelCard with as many results as the card lists, and files of .eval_results by its
parse_eval_result_entries, which is also tried on the file that the Swift tests expect. The Hub's own check of cards is a service.

Then each of them is spoilt, and the validator must see that.

Ends with 0 if nothing is wrong; each fault is a line that begins with FAULT.
"""

import hashlib
import json
import logging
import pathlib
import subprocess
import sys

import mlcroissant
import yaml
from huggingface_hub import ModelCard, parse_eval_result_entries
from pyshacl import validate
from rdflib import Graph, Namespace, RDF, URIRef

from exports import arguments, end, exported, fault

CROISSANT = Namespace("http://mlcommons.org/croissant/")
SHACL = Namespace("http://www.w3.org/ns/shacl#")
# What the specification wants or recommends, and a record does not know.
UNKNOWN = ["citeAs", "datePublished", "version", "license", "creator"]
FIXTURE = pathlib.Path(__file__).parents[1] / "ReplicationTests/Fixtures/eval_results/gsm8k.yaml"


def check_logs(folder):
    program = pathlib.Path(sys.executable).parent / "every_eval_ever"

    def run(paths):
        return subprocess.run(
            [program, "validate", *paths], cwd=folder, text=True, capture_output=True, check=False)

    paths = [str(path.relative_to(folder)) for path in sorted(folder.glob("data/*/*/*/*"))]
    result = run(paths)
    if not paths or result.returncode != 0 or f"{len(paths)} passed, 0 warning-only, 0 failed" not in result.stdout:
        fault(f"every-eval-ever: {result.stdout}{result.stderr}")
    for path in paths:
        whole = (folder / path).read_text()
        (folder / path).write_text(whole.replace('"schema_version"', '"schema_versions"', 1))
        if run([path]).returncode == 0:
            fault(f"the validator does not see that {path} has an unknown field")
        (folder / path).write_text(whole)
    print(f"every-eval-ever: {len(paths)} files")


class Warnings(logging.Handler):
    """What mlcroissant warns of, a line each."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines += [line.strip() for line in record.getMessage().splitlines() if line.strip().startswith("-")]


def reads(value, path):
    """What mlcroissant says of a value as a file: an error, or None and its warnings."""
    path.write_text(json.dumps(value))
    warnings = Warnings()
    root = logging.getLogger()
    absl = logging.getLogger("absl")
    for logger in [root, absl]:
        logger.addHandler(warnings)
    try:
        mlcroissant.Dataset(str(path))
        return None, warnings.lines
    except mlcroissant.ValidationError as error:
        return str(error), warnings.lines
    finally:
        for logger in [root, absl]:
            logger.removeHandler(warnings)


def check_rows(path, value, data):
    """Reads the rows of a data set from files that have its digests; gives how many."""
    by_digest = {hashlib.sha256(file.read_bytes()).hexdigest(): file for file in data.rglob("*") if file.is_file()}
    mapping = {file["@id"]: by_digest[file["sha256"]] for file in value["distribution"] if file["sha256"] in by_digest}
    if len(mapping) < len(value["distribution"]):
        return None
    lines = sum(len(file.read_text().splitlines()) for file in mapping.values())
    rows = list(mlcroissant.Dataset(str(path), mapping=mapping).records("rows"))
    if len(rows) != lines:
        fault(f"{path.name}: mlcroissant reads {len(rows)} rows of {lines} lines")
    names = {f"rows/{field['name']}" for field in value["recordSet"][0]["field"]}
    if any(set(row) != names or any(cell is None for cell in row.values()) for row in rows):
        fault(f"{path.name}: a row lacks a field of {sorted(names)}")
    return len(rows)


def check_data(folder, data):
    paths = sorted((folder / "data").glob("*.json"))
    for path in paths:
        value = json.loads(path.read_text())
        error, warnings = reads(value, path)
        if error:
            fault(f"{path.name}: {error}")
        for line in warnings:
            if not any(word in line for word in UNKNOWN):
                fault(f"{path.name}: {line}")
        rows = check_rows(path, value, data) if data and "recordSet" in value else None
        print(f"croissant: {path.name}, {len(value['distribution'])} files, rows read: {rows}")
        spoilt_path = folder / "spoilt.json"
        first = value["distribution"][0]
        others = value["distribution"][1:]
        for name, spoilt in {
            "a file without digest": {
                **value, "distribution": [{k: v for k, v in first.items() if k != "sha256"}] + others},
            "a file without kind": {
                **value, "distribution": [{k: v for k, v in first.items() if k != "encodingFormat"}] + others},
            "another version": {**value, "conformsTo": "http://mlcommons.org/croissant/9"},
            "a field of no file": {**value, "recordSet": [{"@type": "cr:RecordSet", "@id": "r", "field": [{
                "@type": "cr:Field", "@id": "r/f", "dataType": "sc:Text",
                "source": {"fileObject": {"@id": "nothing"}, "extract": {"column": "f"}}}]}]},
        }.items():
            if reads(spoilt, spoilt_path)[0] is None:
                fault(f"mlcroissant does not see that {path.name} has {name}")
    if not paths:
        print("croissant: no data sets")


def conforms(value, shapes, ontology):
    data = Graph().parse(data=json.dumps(value), format="json-ld")
    result, _, text = validate(data, shacl_graph=shapes, ont_graph=ontology, inference="rdfs")
    return result, text


def check_tasks(folder, tasks):
    whole = Graph().parse(tasks / "croissant-tasks-shapes.ttl", format="turtle")
    ontology = Graph().parse(tasks / "croissant-tasks.ttl", format="turtle")
    sound = Graph().parse(tasks / "croissant-tasks-shapes.ttl", format="turtle")
    removed = [
        shape for shape in sound.objects(CROISSANT.TaskProblemShape, SHACL.property)
        if (shape, SHACL.path, None) not in sound]
    for shape in removed:
        sound.remove((CROISSANT.TaskProblemShape, SHACL.property, shape))
    print(f"croissant tasks: {len(removed)} shapes without a path are left out for problems")
    problem = json.loads((folder / "problem.jsonld").read_text())
    solution = json.loads((folder / "solution.jsonld").read_text())
    for name, value, shapes in [("problem", problem, sound), ("solution", solution, whole)]:
        result, text = conforms(value, shapes, ontology)
        if not result:
            fault(f"{name}: {text}")
    graph = Graph().parse(data=json.dumps(problem), format="json-ld")
    specs = [
        thing for part in ["input", "output", "implementation"]
        for thing in graph.objects(URIRef(problem["@id"]), CROISSANT[part])
        if any((thing, RDF.type, CROISSANT[kind]) in graph for kind in ["InputSpec", "OutputSpec", "ImplementationSpec"])]
    if not specs:
        fault("problem: it leaves nothing open")
    evaluation = solution["croissant:evaluation"]
    for name, value, shapes in [
        ("no problem", {k: v for k, v in solution.items() if k != "schema:isBasedOn"}, whole),
        ("no program", {k: v for k, v in solution.items() if k != "croissant:implementation"}, whole),
        ("an input left open", {**solution, "croissant:input": {"@type": "croissant:InputSpec", "@id": "urn:x:y"}}, whole),
        ("a result without value", {**solution, "croissant:evaluation": {
            **evaluation, "croissant:evaluationResults": [
                {"@type": "croissant:EvaluationResult", "croissant:metric": "m"}]}}, whole),
        ("an output that is none", {**problem, "croissant:output": "text"}, sound),
    ]:
        if conforms(value, shapes, ontology)[0]:
            fault(f"the shapes do not see a task with {name}")
    print(f"croissant tasks: {len(evaluation['croissant:evaluationResults'])} results")


def entries(text):
    return parse_eval_result_entries(yaml.safe_load(text))


def check_hub(folder):
    cards = sorted(folder.glob("*/README.md"))
    for path in cards:
        text = path.read_text()
        card = ModelCard(text)
        results = card.data.eval_results or []
        listed = yaml.safe_load(text.split("---")[1])["model-index"][0]["results"]
        if len(results) != len(listed) or not results:
            fault(f"{path.parent.name}: {len(results)} results are read of {len(listed)}")
        if "## Evaluation" not in card.text:
            fault(f"{path.parent.name}: no section is read")
        try:
            ModelCard(text.replace("      type: text-generation", "", 1), ignore_metadata_errors=False)
            fault(f"huggingface_hub does not see that {path.parent.name} has a result without a task")
        except (ValueError, KeyError, TypeError):
            pass
        print(f"hugging-face: {path.parent.name}, {len(results)} results")
    found = [FIXTURE, *sorted(folder.glob("*/.eval_results/*.yaml"))]
    for path in found:
        text = path.read_text()
        read = entries(text)
        if len(read) != 1 or not isinstance(read[0].value, (int, float)) or read[0].dataset_revision is None:
            fault(f"{path}: {read}")
        for spoilt in [text.replace("task_id", "task"), text.replace("value:", "score:")]:
            try:
                entries(spoilt)
                fault(f"the parser does not see that {path} lacks a field")
            except KeyError:
                pass
    print(f"hugging-face: {len(cards)} cards, {len(found)} files of .eval_results")


def main():
    parsed = arguments(__doc__, "--tasks", "--data")
    with exported(parsed, ["every-eval-ever", "croissant", "hugging-face"]) as folder:
        check_logs(folder / "every-eval-ever")
        check_data(folder / "croissant", parsed.data)
        if parsed.tasks:
            check_tasks(folder / "croissant", parsed.tasks)
        else:
            print("croissant tasks: not checked, --tasks is missing")
        check_hub(folder / "hugging-face")
    end()


if __name__ == "__main__":
    main()
