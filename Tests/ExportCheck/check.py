"""Holds exports of a record against the public validators of their formats.

    python check.py --program FILE RECORD [--artifacts FOLDER] [--contexts FOLDER]

Exports RECORD with the program twice in each format, into a folder that is removed afterwards; the bytes must be the same.
The crate must pass roc-validator's REQUIRED checks for ro-crate-1.1 and process-run-crate-0.5; what it says of RECOMMENDED
checks is listed and does not count. The statements must be read by in-toto-attestation's schemas without an unknown field,
and hold every field that the specifications require. Then each of them is spoilt, and the validator must see that.

The validator reads two JSON-LD contexts from the web. Without network, --contexts names a folder with ro-crate.json
(https://w3id.org/ro/crate/1.1/context) and wfrun.json (https://w3id.org/ro/terms/workflow-run/context).

Ends with 0 if nothing is wrong; each fault is a line that begins with FAULT.
"""

import io
import json

from google.protobuf import json_format
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.predicates.vsa.v1 import vsa_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from requests.adapters import HTTPAdapter
from requests_cache import CachedSession
from rocrate_validator import services
from rocrate_validator.models import Severity
from urllib3 import HTTPResponse

from exports import arguments, end, exported, fault

CONTEXTS = {
    "https://w3id.org/ro/crate/1.1/context": "ro-crate.json",
    "https://w3id.org/ro/terms/workflow-run/context": "wfrun.json",
}
PREDICATES = {
    "https://slsa.dev/provenance/v1": (provenance_pb2.Provenance, [
        "buildDefinition.buildType", "buildDefinition.externalParameters", "buildDefinition.resolvedDependencies",
        "runDetails.builder.id", "runDetails.metadata.invocationId"]),
    "https://slsa.dev/verification_summary/v1": (vsa_pb2.VerificationSummary, [
        "verifier.id", "resourceUri", "policy.uri", "verificationResult", "verifiedLevels"]),
    "https://in-toto.io/attestation/test-result/v0.1": (test_result_pb2.TestResult, ["result", "configuration"]),
}


class Files(HTTPAdapter):
    """Answers requests for the contexts with files."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def send(self, request, **_):
        body = io.BytesIO((self.folder / CONTEXTS[request.url]).read_bytes())
        headers = {"Content-Type": "application/ld+json"}
        return self.build_response(request, HTTPResponse(
            body, headers=headers, status=200, preload_content=False, request_url=request.url))


def fill_cache(path, folder):
    session = CachedSession(cache_name=str(path), backend="sqlite", expire_after=-1)
    for address in CONTEXTS:
        session.mount(address, Files(folder))
        session.get(address).raise_for_status()
    session.close()


def issues(crate, profile, severity, cache):
    """What the validator finds at this severity, each with the name of its check."""
    settings = services.ValidationSettings(
        rocrate_uri=str(crate), profile_identifier=profile, requirement_severity=severity,
        requirement_severity_only=severity != Severity.REQUIRED, cache_path=cache, offline=cache is not None)
    result = services.validate(settings)
    return sorted({f"{issue.check.identifier}: {' '.join(issue.message.split())}" for issue in result.get_issues(severity)})


def check_crate(crate, cache):
    for profile in ["ro-crate-1.1", "process-run-crate-0.5"]:
        for issue in issues(crate, profile, Severity.REQUIRED, cache):
            fault(f"crate, {profile}: {issue}")
    for issue in issues(crate, "process-run-crate-0.5", Severity.RECOMMENDED, cache):
        print(f"recommended: {issue}")
    metadata = crate / "ro-crate-metadata.json"
    whole = metadata.read_bytes()
    for name, spoil in {
        "no instrument": lambda entity: entity.pop("instrument", None),
        "no licence": lambda entity: entity.pop("license", None) if entity["@id"] == "./" else None,
        "no file": lambda entity: entity.update({"@id": "nowhere"}) if entity["@id"].endswith("record.json") else None,
    }.items():
        graph = json.loads(whole)
        for entity in graph["@graph"]:
            spoil(entity)
        metadata.write_text(json.dumps(graph))
        if not issues(crate, "process-run-crate-0.5", Severity.REQUIRED, cache):
            fault(f"the validator does not see a crate with {name}")
    metadata.write_bytes(whole)


def adapted(predicate):
    """A predicate as its schema has it.

    The schema of verification summaries is older than the specification (slsa.dev/spec/v1.1/verification_summary), which
    wants a list of levels where the schema has one text, and allows the versions of the verifier.
    """
    if "verifiedLevels" not in predicate:
        return predicate
    levels = predicate["verifiedLevels"]
    if not isinstance(levels, list) or not all(isinstance(level, str) for level in levels):
        raise ValueError(f"verifiedLevels is {levels}")
    versions = predicate["verifier"]["version"]
    if not all(isinstance(version, str) for version in versions.values()):
        raise ValueError(f"verifier.version is {versions}")
    verifier = {key: value for key, value in predicate["verifier"].items() if key != "version"}
    return {**predicate, "verifiedLevels": levels[0], "verifier": verifier}


def problem(text):
    """What is wrong with a statement, if anything is."""
    try:
        parsed = json_format.Parse(text, statement_pb2.Statement())
        Statement.copy_from_pb(parsed).validate()
        value = json.loads(text)
        message, required = PREDICATES[value["predicateType"]]
        json_format.ParseDict(adapted(value["predicate"]), message())
        for path in required:
            place = value["predicate"]
            for key in path.split("."):
                place = place.get(key)
                if place in (None, "", [], {}):
                    return f"{path} is missing"
    except (ValueError, KeyError, json_format.ParseError) as error:
        return repr(error)
    return None


def check_statements(folder):
    for path in sorted(folder.glob("*.json")):
        text = path.read_text()
        found = problem(text)
        if found:
            fault(f"{path.name}: {found}")
        value = json.loads(text)
        for name, spoilt in {
            "an unknown field": {**value, "predicate": {**value["predicate"], "unknown": 1}},
            "no subject": {**value, "subject": []},
            "a subject without digest": {**value, "subject": [{"name": "record.json"}]},
        }.items():
            if not problem(json.dumps(spoilt)):
                fault(f"the schemas do not see that {path.name} has {name}")
        print(f"{path.name}: {value['predicateType']}, {len(value['subject'])} subjects")


def main():
    parsed = arguments(__doc__, "--contexts")
    with exported(parsed, ["crate", "in-toto"]) as folder:
        cache = None
        if parsed.contexts:
            cache = folder.parent / "cache"
            fill_cache(cache, parsed.contexts)
        check_crate(folder / "crate", cache)
        check_statements(folder / "in-toto")
    end()


if __name__ == "__main__":
    main()
