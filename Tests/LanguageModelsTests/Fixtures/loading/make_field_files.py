"""Makes GGUF files as people have them that are not whole: one part of two, and metadata missing or of another type.

    python make_field_files.py         (writes into field/ beside itself; needs gguf and numpy)
"""

import importlib.metadata
import json
import pathlib

import gguf
import numpy

HERE = pathlib.Path(__file__).parent / "field"
ALPHABET = "abcdefghijklmnopqrstuvwxyz"
TOKENS = ["<|endoftext|>", "<|im_end|>"] + list(ALPHABET) + ["ab", "abc"]


def writer(path, **split):
    made = gguf.GGUFWriter(path, "llama", **split)
    made.add_block_count(1)
    made.add_context_length(32)
    made.add_embedding_length(4)
    made.add_feed_forward_length(4)
    made.add_head_count(1)
    made.add_layer_norm_rms_eps(1e-5)
    return made


def tokens(made, types=True, merges=True):
    made.add_tokenizer_model("gpt2")
    made.add_tokenizer_pre("gpt-2")
    made.add_token_list(TOKENS)
    if types:
        made.add_token_types([3, 3] + [1] * (len(TOKENS) - 2))
    if merges:
        made.add_token_merges(["a b", "ab c"])


def finish(made):
    shapes = {"token_embd": [len(TOKENS), 4], "output_norm": [4], "blk.0.attn_norm": [4], "blk.0.ffn_norm": [4]}
    shapes |= {f"blk.0.{name}": [4, 4] for name in ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]}
    for name, shape in shapes.items():
        made.add_tensor(f"{name}.weight", numpy.full(shape, 0.5, numpy.float32))
    made.write_header_to_file()
    made.write_kv_data_to_file()
    made.write_tensors_to_file()
    made.close()


def main():
    HERE.mkdir(exist_ok=True)
    made = writer(HERE / "split.gguf", split_max_tensors=6)
    tokens(made)
    finish(made)
    (HERE / "split-00002-of-00002.gguf").replace(HERE / "second.gguf")
    (HERE / "split-00001-of-00002.gguf").replace(HERE / "first.gguf")
    for name, missing in [("whole", {}), ("no-types", {"types": False}), ("no-merges", {"merges": False})]:
        made = writer(HERE / f"{name}.gguf")
        tokens(made, **missing)
        finish(made)
    (HERE / "provenance.json").write_text(json.dumps({"gguf": importlib.metadata.version("gguf"), "numpy": numpy.__version__}) + "\n")


if __name__ == "__main__":
    main()
