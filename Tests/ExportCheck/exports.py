"""What both checks share: exports of a record, made twice, and the count of faults."""

import argparse
import contextlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

faults = 0


def fault(text):
    global faults
    faults += 1
    print(f"FAULT {text}")


def arguments(description, *options):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("record")
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--artifacts", default="artifacts")
    for option in options:
        parser.add_argument(option, type=pathlib.Path)
    return parser.parse_args()


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@contextlib.contextmanager
def exported(parsed, kinds):
    """A folder with an export of each kind, which is removed; two exports must have the same bytes."""
    work = pathlib.Path(tempfile.mkdtemp())
    try:
        for kind in kinds:
            for turn in ["first", "second"]:
                subprocess.run(
                    [parsed.program, "export", parsed.record, "--format", kind, "--output", work / turn / kind,
                     "--artifacts", parsed.artifacts], check=True)
            if files(work / "first" / kind) != files(work / "second" / kind):
                fault(f"two exports as {kind} differ")
        yield work / "first"
    finally:
        shutil.rmtree(work)


def end():
    print(f"{faults} faults")
    sys.exit(1 if faults else 0)
