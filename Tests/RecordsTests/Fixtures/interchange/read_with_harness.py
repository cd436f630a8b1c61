"""Reads a folder of results with the tools of lm-evaluation-harness and of its users.

    python read_with_harness.py FOLDER

FOLDER holds results_*.json and samples_*.jsonl. Prints the harness's own tables, and loads every samples file as the
harness's upload to the Hub would be loaded; ends with an error if a tool does not take the files.
"""

import json
import os
import pathlib
import sys

os.environ["HF_HUB_OFFLINE"] = os.environ["HF_DATASETS_OFFLINE"] = "1"

import datasets
from lm_eval.utils import (
    get_file_task_name,
    get_latest_filename,
    get_results_filenames,
    get_sample_results_filenames,
    hash_string,
    make_table,
    sanitize_model_name,
)


def main(folder):
    names = [str(folder / name) for name in os.listdir(folder)]
    results_name = get_latest_filename(get_results_filenames(names))
    results = json.loads(pathlib.Path(results_name).read_text(encoding="utf-8"))
    assert sanitize_model_name(results["model_name"]) == results["model_name_sanitized"] == folder.name
    print(make_table(results))
    if "groups" in results:
        print(make_table(results, "groups"))
    samples = get_sample_results_filenames(names)
    assert samples, "no samples"
    for name in samples:
        lines = pathlib.Path(name).read_text(encoding="utf-8").split("\n")
        rows = [json.loads(line) for line in lines if line]
        task = get_file_task_name(os.path.basename(name))
        hashes = ""
        for row in rows:
            document = json.dumps(row["doc"], indent=2, ensure_ascii=False)
            prompt = row["arguments"]["gen_args_0"]["arg_0"]
            assert row["doc_hash"] == hash_string(document), (name, row["doc_id"])
            assert row["prompt_hash"] == hash_string(prompt), (name, row["doc_id"])
            assert row["target_hash"] == hash_string(row["target"]), (name, row["doc_id"])
            hashes += row["doc_hash"] + row["prompt_hash"] + row["target_hash"]
        assert results["task_hashes"][task] == hash_string(hashes), name
        effective = results["n-samples"][task]["effective"]
        assert len({row["doc_id"] for row in rows}) == effective, name
        loaded = datasets.load_dataset("json", data_files=name, split="train")
        assert len(loaded) == len(rows), name
    # The card of an upload is made from the results, loaded as a data set.
    loaded = datasets.load_dataset("json", data_files=results_name, split="train")["results"][0]
    for task, scores in results["results"].items():
        for key, value in scores.items():
            assert loaded[task][key] == value, (task, key)
    print(f"{len(samples)} samples files and {results_name} are read")


main(pathlib.Path(sys.argv[1]))
