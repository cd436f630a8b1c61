"""Checks that the server of the tests speaks the Hub's protocol: the Hub's own client has to get along with it.

Usage: python check_server.py   (needs huggingface_hub; last run with 2.4.0; touches no network and no cache of yours)
"""

import importlib.metadata
import os
import pathlib
import subprocess
import sys
import tempfile

SERVER = pathlib.Path(__file__).parents[1] / "AssetsTests/Fixtures/hub_server.py"
CONTENT = {
    "config.json": b'{"hidden_size": 4}\n',
    "model.safetensors": bytes(range(256)) * 400,
    "sub/folder/notes+1.txt": b"notes",
}


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for repository in ("models/owner/open", "models/owner/closed", "datasets/owner/rows"):
            for path, content in CONTENT.items():
                file = folder / "hub" / repository / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        (folder / "hub/models/owner/closed/.hub.json").write_text('{"gated": true}')
        (folder / "hub/hub.json").write_text('{"tokens": {"hf_granted": true, "hf_other": false}}')
        server = subprocess.Popen(
            [sys.executable, SERVER, folder / "hub", "--page", "2"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        os.environ |= {
            "HF_ENDPOINT": server.stdout.readline().strip(), "HF_HOME": str(folder / "home"),
            "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1",
        }
        for variable in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_CACHE", "HF_HUB_OFFLINE"):
            os.environ.pop(variable, None)
        try:
            check(folder)
        finally:
            server.stdin.close()
            server.wait()
    print(f"huggingface_hub {importlib.metadata.version('huggingface_hub')} gets along with the server")


def check(folder):
    import huggingface_hub
    from huggingface_hub import errors

    def fails(kind, *arguments, **options):
        try:
            huggingface_hub.hf_hub_download(*arguments, **options)
        except kind:
            return
        raise AssertionError(f"{arguments} {options} did not end with {kind.__name__}")

    for kind in ("model", "dataset"):
        name = "owner/open" if kind == "model" else "owner/rows"
        for path, content in CONTENT.items():
            found = huggingface_hub.hf_hub_download(name, path, repo_type=kind)
            assert pathlib.Path(found).read_bytes() == content, path
        snapshot = pathlib.Path(huggingface_hub.snapshot_download(name, repo_type=kind))
        for path, content in CONTENT.items():
            assert (snapshot / path).read_bytes() == content, path
        api = huggingface_hub.HfApi()
        tree = {entry.path: entry for entry in api.list_repo_tree(name, repo_type=kind, recursive=True)}
        assert {"sub", "sub/folder"} | set(CONTENT) == set(tree), tree
        assert tree["model.safetensors"].lfs.size == len(CONTENT["model.safetensors"])
        report = api.verify_repo_checksums(name, repo_type=kind)
        assert not report.mismatches and report.checked_count == len(CONTENT), report
    private = "owner/closed", "config.json"
    fails(errors.GatedRepoError, *private, token=False)
    fails(errors.GatedRepoError, *private, token="hf_other")
    assert huggingface_hub.hf_hub_download(*private, token="hf_granted")
    fails(errors.RepositoryNotFoundError, "owner/absent", "config.json", token="hf_other")
    fails(errors.RevisionNotFoundError, "owner/open", "config.json", revision="absent")
    fails(errors.EntryNotFoundError, "owner/open", "absent.json")
    program = [pathlib.Path(sys.executable).parent / "hf", "download", "owner/open", "config.json"]
    subprocess.run([*program, "--local-dir", folder / "local"], check=True, stdout=subprocess.DEVNULL)
    assert (folder / "local/config.json").read_bytes() == CONTENT["config.json"]


main()
