"""Has the configuration loader of an installed Axolotl accept files, as on a machine with H100 GPUs.

    PYTHON check_settings.py FILE.yml…

PYTHON is that of an environment of `replicate engine setup axolotl`. Keys that the loader drops or changes are named; exit
status 1 if there are any but those of --ignored.
"""

import argparse
import json
import pathlib
import sys

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "Sources/Replication/Engines/Axolotl/Resources"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    parser.add_argument("--ignored", default="eaft_normalize")
    arguments = parser.parse_args()

    import importlib.metadata

    from axolotl.cli.config import prepare_plugins
    from axolotl.utils.config import validate_config
    from axolotl.utils.dict import DictDefault

    failures = 0
    version = importlib.metadata.version("axolotl")
    for path in arguments.files:
        asked = yaml.safe_load(path.read_text())
        if "deepspeed" in asked:
            # The loader reads that file.
            asked["deepspeed"] = str(path.with_suffix(".json").resolve())
        # What only one version has is written only for it.
        if version == "0.19.0":
            for key in ("full_determinism", "eval_on_start", "logging_nan_inf_filter"):
                asked.pop(key, None)
        cfg = DictDefault(asked)
        prepare_plugins(cfg)
        resolved = validate_config(
            cfg, capabilities={"bf16": True, "fp8": True, "tf32": True, "n_gpu": 8, "n_node": 1, "compute_capability": "sm_90"},
            env_capabilities={"torch_version": "2.13.0"}).to_dict()
        for key, value in asked.items():
            if key in arguments.ignored.split(","):
                continue
            if key not in resolved or (not isinstance(value, (dict, list)) and resolved[key] != value):
                failures += 1
                print(f"{path.name}: {key}: asked {json.dumps(value)}, resolved {json.dumps(resolved.get(key), default=str)}")
        print(f"{path.name}: accepted by Axolotl {version}", flush=True)
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
