"""Makes the fixtures of this folder.

    OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 python make_loading.py

Expected values come from the `gguf` package (decoded blocks) and from transformers (weights and
configurations). Needs numpy, torch, gguf, safetensors and transformers; versions are recorded in
provenance.json.
"""

import importlib.metadata
import json
import pathlib
import shutil
import tempfile

import gguf
import numpy
import safetensors
import torch
import transformers
from gguf import GGMLQuantizationType as Type
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM, GenerationConfig

SEED = 11
FOLDER = pathlib.Path(__file__).parent
random = numpy.random.default_rng(SEED)


def blocks():
    """Random bytes, and quantised numbers where the package quantises, of every type."""
    types = [Type.F32, Type.F16, Type.BF16, Type.Q8_0, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1,
             Type.Q4_K, Type.Q5_K, Type.Q6_K]
    writer = gguf.GGUFWriter(FOLDER / "blocks.gguf", "none")
    writer.add_custom_alignment(64)
    writer.add_uint8("kinds.uint8", 255)
    writer.add_int8("kinds.int8", -128)
    writer.add_uint16("kinds.uint16", 65535)
    writer.add_int16("kinds.int16", -32768)
    writer.add_uint32("kinds.uint32", 4294967295)
    writer.add_int32("kinds.int32", -2147483648)
    writer.add_uint64("kinds.uint64", 18446744073709551615)
    writer.add_int64("kinds.int64", -9223372036854775808)
    writer.add_float32("kinds.float32", 0.1)
    writer.add_float64("kinds.float64", 0.1)
    writer.add_bool("kinds.bool", True)
    writer.add_string("kinds.string", "\u00e9 \u4e2d \U0001f600")
    writer.add_array("kinds.strings", ["a", "", "\u4e2d"])
    writer.add_array("kinds.integers", [1, -2, 3])
    writer.add_array("kinds.floats", [0.5, -1.5])
    writer.add_array("kinds.truths", [True, False, True])
    expected = {}
    for kind in types:
        elements, size = gguf.GGML_QUANT_SIZES[kind]
        columns = max(elements, 32) * 2
        stored = random.integers(0, 256, (4, columns // elements * size), dtype=numpy.uint8)
        name = f"random.{kind.name}"
        writer.add_tensor(name, stored, raw_dtype=kind)
        expected[name] = gguf.dequantize(stored, kind)
        if kind in (Type.Q4_K, Type.Q5_K, Type.Q6_K):
            continue
        numbers = random.standard_normal((3, columns), dtype=numpy.float32)
        stored = gguf.quantize(numbers, kind).view(numpy.uint8)
        name = f"quantized.{kind.name}"
        writer.add_tensor(name, stored, raw_dtype=kind)
        expected[name] = gguf.dequantize(stored, kind)
    writer.add_tensor("unread", random.integers(0, 256, (1, 84), dtype=numpy.uint8), raw_dtype=Type.Q2_K)
    finish(writer)
    save_file({name: torch.from_numpy(numpy.ascontiguousarray(value).reshape(value.shape[0], -1))
               for name, value in expected.items()}, FOLDER / "blocks.safetensors")


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def permute(weights, heads):
    """What llama.cpp's converter does to query and key projections of Llama."""
    return (weights.reshape(heads, 2, weights.shape[0] // heads // 2, weights.shape[1])
            .swapaxes(1, 2).reshape(weights.shape))


def add(writer, name, numbers, kind):
    writer.add_tensor(name, gguf.quantize(numbers.astype(numpy.float32), kind), raw_dtype=kind)


def normal(*shape):
    return (random.standard_normal(shape) * 0.1).astype(numpy.float32)


def llama():
    hidden, heads, groups, width, inner, layers = 32, 4, 2, 8, 64, 2
    byte_level = sorted(list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256)))
    stand_ins, extra = {}, 0
    for byte in range(256):
        stand_ins[byte] = chr(byte) if byte in byte_level else chr(256 + extra)
        extra += byte not in byte_level
    tokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] + [stand_ins[b] for b in range(256)]
    merges = ["h e", "l l", "he ll", "hell o", "\u0120 w"]
    tokens += [merge.replace(" ", "") for merge in merges]
    writer = gguf.GGUFWriter(FOLDER / "tiny-llama.gguf", "llama")
    writer.add_name("tiny")
    writer.add_context_length(128)
    writer.add_embedding_length(hidden)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(groups)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(50000.0)
    writer.add_rope_dimension_count(width)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([3] * 3 + [1] * (len(tokens) - 3))
    writer.add_token_merges(merges)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_pad_token_id(2)
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_chat_template("{{ messages }}")
    add(writer, "token_embd.weight", normal(len(tokens), hidden), Type.Q8_0)
    add(writer, "output.weight", normal(len(tokens), hidden), Type.Q4_0)
    add(writer, "output_norm.weight", normal(hidden) + 1, Type.F32)
    for layer in range(layers):
        name = f"blk.{layer}."
        add(writer, name + "attn_norm.weight", normal(hidden) + 1, Type.F32)
        add(writer, name + "ffn_norm.weight", normal(hidden) + 1, Type.F32)
        add(writer, name + "attn_q.weight", permute(normal(heads * width, hidden), heads), Type.Q4_1)
        add(writer, name + "attn_k.weight", permute(normal(groups * width, hidden), groups), Type.Q5_1)
        add(writer, name + "attn_v.weight", normal(groups * width, hidden), Type.F16)
        add(writer, name + "attn_output.weight", normal(hidden, heads * width), Type.BF16)
        add(writer, name + "ffn_gate.weight", normal(inner, hidden), Type.Q5_0)
        add(writer, name + "ffn_up.weight", normal(inner, hidden), Type.Q8_0)
        add(writer, name + "ffn_down.weight", normal(hidden, inner), Type.Q8_0)
    finish(writer)
    oracle("tiny-llama", lambda name: "mlp" not in name)


def gemma3():
    hidden, heads, width, inner, layers = 32, 2, 16, 64, 7
    tokens = (["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>", "\n\n", "  "]
              + [f"<0x{b:02X}>" for b in range(256)] + ["\u2581", "a", "b", "ab", "\u2581ab", "\u2581a"])
    types = [3] * 6 + [4] * 2 + [6] * 256 + [1] * 6
    writer = gguf.GGUFWriter(FOLDER / "tiny-gemma3.gguf", "gemma3")
    writer.add_name("tiny")
    writer.add_context_length(128)
    writer.add_embedding_length(hidden)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(1)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_key_length(width)
    writer.add_value_length(width)
    writer.add_rope_freq_base(1000000.0)
    writer.add_sliding_window(8)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores([-1000.0] * 8 + [0.0] * 256 + [-float(i) for i in range(6)])
    writer.add_token_types(types)
    writer.add_bos_token_id(2)
    writer.add_eos_token_id(1)
    writer.add_eot_token_id(5)
    writer.add_unk_token_id(3)
    writer.add_pad_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    add(writer, "token_embd.weight", normal(len(tokens), hidden), Type.Q8_0)
    add(writer, "output_norm.weight", normal(hidden) + 1, Type.F32)
    for layer in range(layers):
        name = f"blk.{layer}."
        for norm in ["attn_norm", "ffn_norm", "post_attention_norm", "post_ffw_norm"]:
            add(writer, f"{name}{norm}.weight", normal(hidden) + 1, Type.F32)
        for norm in ["attn_q_norm", "attn_k_norm"]:
            add(writer, f"{name}{norm}.weight", normal(width) + 1, Type.F32)
        add(writer, name + "attn_q.weight", normal(heads * width, hidden), Type.Q5_0)
        add(writer, name + "attn_k.weight", normal(width, hidden), Type.Q5_0)
        add(writer, name + "attn_v.weight", normal(width, hidden), Type.Q8_0)
        add(writer, name + "attn_output.weight", normal(hidden, heads * width), Type.Q8_0)
        add(writer, name + "ffn_gate.weight", normal(inner, hidden), Type.Q4_0)
        add(writer, name + "ffn_up.weight", normal(inner, hidden), Type.Q4_0)
        add(writer, name + "ffn_down.weight", normal(hidden, inner), Type.Q4_0)
    finish(writer)
    oracle("tiny-gemma3", lambda name: "layers" not in name or "norm" in name or ".0." in name)


def oracle(name, keeps):
    """The weights that transformers reads from the same file, as far as the test compares them."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(FOLDER / f"{name}.gguf", folder)
        model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=f"{name}.gguf", dtype=torch.float32)
    state = {key: value.contiguous().clone() for key, value in model.state_dict().items()
             if keeps(key) and not (key == "lm_head.weight" and model.config.tie_word_embeddings)}
    save_file(state, FOLDER / f"{name}.safetensors")


def sharded():
    """A folder of transformers 4 form with two shards and three element types."""
    folder = FOLDER / "sharded-llama"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    config = {
        "architectures": ["LlamaForCausalLM"], "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu",
        "hidden_size": 8, "intermediate_size": 12, "max_position_embeddings": 64, "model_type": "llama",
        "num_attention_heads": 2, "num_hidden_layers": 1, "num_key_value_heads": 1, "rms_norm_eps": 1e-5,
        "rope_scaling": None, "rope_theta": 30000.0, "tie_word_embeddings": False,
        "torch_dtype": "bfloat16", "transformers_version": "4.57.0", "vocab_size": 6}
    (folder / "config.json").write_text(json.dumps(config, indent=2))
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": [2, 0]}))
    vocabulary = {"<s>": 1, "</s>": 2, "<unk>": 0, "a": 3, "b": 4, "ab": 5}
    (folder / "tokenizer.json").write_text(json.dumps({
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [
            {"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False,
             "normalized": False, "special": True} for i, t in enumerate(["<unk>", "<s>", "</s>"])],
        "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
                  "ignore_merges": False, "vocab": vocabulary, "merges": [["a", "b"]]}}))
    (folder / "tokenizer_config.json").write_text(json.dumps({
        "bos_token": "<s>", "eos_token": "</s>", "tokenizer_class": "PreTrainedTokenizerFast"}))
    shapes = {
        "model.embed_tokens.weight": (6, 8), "lm_head.weight": (6, 8), "model.norm.weight": (8,),
        "model.layers.0.input_layernorm.weight": (8,),
        "model.layers.0.post_attention_layernorm.weight": (8,),
        "model.layers.0.self_attn.q_proj.weight": (8, 8), "model.layers.0.self_attn.k_proj.weight": (4, 8),
        "model.layers.0.self_attn.v_proj.weight": (4, 8), "model.layers.0.self_attn.o_proj.weight": (8, 8),
        "model.layers.0.mlp.gate_proj.weight": (12, 8), "model.layers.0.mlp.up_proj.weight": (12, 8),
        "model.layers.0.mlp.down_proj.weight": (8, 12)}
    types = [torch.float32, torch.float16, torch.bfloat16]
    state = {name: torch.from_numpy(normal(*shape)).to(types[i % 3])
             for i, (name, shape) in enumerate(shapes.items())}
    names = list(state)
    shards = {"model-00001-of-00002.safetensors": names[:5], "model-00002-of-00002.safetensors": names[5:]}
    for file, members in shards.items():
        save_file({name: state[name] for name in members}, folder / file, metadata={"format": "pt"})
    (folder / "model.safetensors.index.json").write_text(json.dumps({
        "metadata": {"total_size": 0},
        "weight_map": {name: file for file, members in shards.items() for name in members}}))
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    save_file({key: value.contiguous().clone() for key, value in model.state_dict().items()},
              FOLDER / "sharded-llama.safetensors")


def configurations():
    """What transformers makes of configuration files of both forms, and of files that leave much out."""
    gemma_1b = {
        "architectures": ["Gemma3ForCausalLM"], "attention_bias": False, "attention_dropout": 0.0,
        "attn_logit_softcapping": None, "bos_token_id": 2, "cache_implementation": "hybrid",
        "eos_token_id": [1, 106], "final_logit_softcapping": None, "head_dim": 256,
        "hidden_activation": "gelu_pytorch_tanh", "hidden_size": 1152, "initializer_range": 0.02,
        "intermediate_size": 6912, "max_position_embeddings": 32768, "model_type": "gemma3_text",
        "num_attention_heads": 4, "num_hidden_layers": 26, "num_key_value_heads": 1, "pad_token_id": 0,
        "query_pre_attn_scalar": 256, "rms_norm_eps": 1e-06, "rope_local_base_freq": 10000,
        "rope_scaling": None, "rope_theta": 1000000, "sliding_window": 512,
        "sliding_window_pattern": 6, "torch_dtype": "bfloat16", "transformers_version": "4.50.0.dev0",
        "use_cache": True, "vocab_size": 262144}
    gemma_5 = {key: value for key, value in gemma_1b.items()
               if key not in ("rope_local_base_freq", "rope_scaling", "rope_theta", "sliding_window_pattern",
                              "torch_dtype", "cache_implementation")}
    gemma_5 |= {"dtype": "bfloat16", "num_hidden_layers": 3, "_sliding_window_pattern": 6,
                "layer_types": ["sliding_attention", "full_attention", "sliding_attention"],
                "rope_parameters": {"full_attention": {"rope_theta": 2e6, "rope_type": "default"},
                                    "sliding_attention": {"rope_theta": 5000.0, "rope_type": "default"}}}
    smol = {
        "architectures": ["LlamaForCausalLM"], "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu",
        "hidden_size": 576, "intermediate_size": 1536, "max_position_embeddings": 8192, "mlp_bias": False,
        "model_type": "llama", "num_attention_heads": 9, "num_hidden_layers": 30, "num_key_value_heads": 3,
        "pad_token_id": 2, "pretraining_tp": 1, "rms_norm_eps": 1e-05, "rope_interleaved": False,
        "rope_scaling": None, "rope_theta": 100000, "tie_word_embeddings": True, "torch_dtype": "bfloat16",
        "transformers.js_config": {"kv_cache_dtype": {"q4f16": "float16"}}, "vocab_size": 49152}
    scaling = {"factor": 8.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0, "original_max_position_embeddings": 8192,
               "rope_type": "llama3"}
    llama_3 = {
        "architectures": ["LlamaForCausalLM"], "attention_bias": False, "attention_dropout": 0.0, "bos_token_id": 128000,
        "eos_token_id": [128001, 128008, 128009], "hidden_act": "silu", "hidden_size": 2048, "head_dim": 64,
        "intermediate_size": 8192, "max_position_embeddings": 131072, "mlp_bias": False, "model_type": "llama",
        "num_attention_heads": 32, "num_hidden_layers": 16, "num_key_value_heads": 8, "pretraining_tp": 1,
        "rms_norm_eps": 1e-05, "rope_scaling": scaling, "rope_theta": 500000.0, "tie_word_embeddings": True,
        "torch_dtype": "bfloat16", "transformers_version": "4.45.0.dev0", "use_cache": True, "vocab_size": 128256}
    qwen_2 = {
        "architectures": ["Qwen2ForCausalLM"], "attention_dropout": 0.0, "bos_token_id": 151643, "eos_token_id": 151645,
        "hidden_act": "silu", "hidden_size": 896, "initializer_range": 0.02, "intermediate_size": 4864,
        "max_position_embeddings": 32768, "max_window_layers": 21, "model_type": "qwen2", "num_attention_heads": 14,
        "num_hidden_layers": 24, "num_key_value_heads": 2, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0,
        "sliding_window": 32768, "tie_word_embeddings": True, "torch_dtype": "bfloat16", "transformers_version": "4.43.1",
        "use_cache": True, "use_sliding_window": False, "vocab_size": 151936}
    qwen_3 = {
        "architectures": ["Qwen3ForCausalLM"], "attention_bias": False, "attention_dropout": 0.0, "bos_token_id": 151643,
        "eos_token_id": 151645, "head_dim": 128, "hidden_act": "silu", "hidden_size": 1024, "initializer_range": 0.02,
        "intermediate_size": 3072, "max_position_embeddings": 40960, "max_window_layers": 28, "model_type": "qwen3",
        "num_attention_heads": 16, "num_hidden_layers": 28, "num_key_value_heads": 8, "rms_norm_eps": 1e-06,
        "rope_scaling": None, "rope_theta": 1000000, "sliding_window": None, "tie_word_embeddings": True,
        "torch_dtype": "bfloat16", "transformers_version": "4.51.0", "use_cache": True, "use_sliding_window": False,
        "vocab_size": 151936}
    tiny_llama = {
        "architectures": ["LlamaForCausalLM"], "attention_bias": False, "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu",
        "hidden_size": 2048, "initializer_range": 0.02, "intermediate_size": 5632, "max_position_embeddings": 2048,
        "model_type": "llama", "num_attention_heads": 32, "num_hidden_layers": 22, "num_key_value_heads": 4, "pretraining_tp": 1,
        "rms_norm_eps": 1e-05, "rope_scaling": None, "rope_theta": 10000.0, "tie_word_embeddings": False,
        "torch_dtype": "bfloat16", "transformers_version": "4.35.0", "use_cache": True, "vocab_size": 32000}
    olmo_2 = {
        "architectures": ["Olmo2ForCausalLM"], "attention_bias": False, "attention_dropout": 0.0, "eos_token_id": 100257,
        "hidden_act": "silu", "hidden_size": 2048, "initializer_range": 0.02, "intermediate_size": 8192,
        "max_position_embeddings": 4096, "model_type": "olmo2", "num_attention_heads": 16, "num_hidden_layers": 16,
        "num_key_value_heads": 16, "pad_token_id": 100277, "rms_norm_eps": 1e-06, "rope_scaling": None, "rope_theta": 500000,
        "tie_word_embeddings": False, "torch_dtype": "float32", "transformers_version": "4.47.0", "use_cache": True,
        "vocab_size": 100352}
    pythia = {
        "architectures": ["GPTNeoXForCausalLM"], "bos_token_id": 0, "eos_token_id": 0, "hidden_act": "gelu", "hidden_size": 768,
        "initializer_range": 0.02, "intermediate_size": 3072, "layer_norm_eps": 1e-05, "max_position_embeddings": 2048,
        "model_type": "gpt_neox", "num_attention_heads": 12, "num_hidden_layers": 12, "rotary_emb_base": 10000,
        "rotary_pct": 0.25, "tie_word_embeddings": False, "torch_dtype": "float16", "transformers_version": "4.24.0",
        "use_cache": True, "use_parallel_residual": True, "vocab_size": 50304}
    pythia_5 = {key: value for key, value in pythia.items() if not key.startswith("rotary_")}
    files = [
        {"model_type": "llama"},
        {"model_type": "gemma3_text"},
        smol, gemma_1b, gemma_5,
        smol | {"rope_scaling": {"rope_type": "default"}, "head_dim": 32, "eos_token_id": None},
        smol | {"rope_scaling": {"type": "default", "rope_theta": 7000.0}},
        {key: value for key, value in smol.items() if key != "rope_theta"}
        | {"rope_parameters": {"rope_theta": 9000.0, "rope_type": "default"}},
        smol | {"num_key_value_heads": None, "bos_token_id": None, "pad_token_id": None},
        gemma_1b | {"sliding_window_pattern": 4, "tie_word_embeddings": False, "eos_token_id": 1},
        gemma_1b | {"rope_scaling": {"rope_type": "default"}},
        gemma_5 | {"rope_parameters": {"full_attention": {"rope_type": "default"}, "sliding_attention": None}},
        gemma_5 | {"rope_parameters": None, "query_pre_attn_scalar": 168},
        llama_3, llama_3 | {"rope_scaling": None, "rope_parameters": scaling | {"rope_theta": 7000.0, "factor": 32}},
        llama_3 | {"rope_scaling": {key: scaling[key] for key in scaling if key[0] != "o"}},
        {"model_type": "qwen2"}, {"model_type": "qwen3"}, qwen_2, qwen_3,
        qwen_3 | {"rope_theta": 5000.0, "num_key_value_heads": None, "tie_word_embeddings": False},
        qwen_2 | {"rope_parameters": {"rope_type": "default", "rope_theta": 9000.0}, "head_dim": 32},
        tiny_llama, {"model_type": "olmo2"}, olmo_2, olmo_2 | {"num_key_value_heads": 4, "head_dim": 64},
        {"model_type": "gpt_neox"}, pythia, pythia | {"rotary_pct": 1.0, "rotary_emb_base": 25000, "pad_token_id": 1},
        pythia | {"rotary_pct": 0.1, "use_parallel_residual": False, "tie_word_embeddings": True},
        pythia_5, pythia_5 | {"rope_parameters": {"rope_theta": 9000.0, "rope_type": "default", "partial_rotary_factor": 0.5}},
    ]
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            pathlib.Path(folder, "config.json").write_text(json.dumps(file))
            config = AutoConfig.from_pretrained(folder)
            gemma = config.model_type == "gemma3_text"
            rope = config.rope_parameters
            head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
            # What ends a generation is read from the file, where the class's default does not stand.
            eos = GenerationConfig.from_pretrained(
                folder, config_file_name="config.json", _from_model_config=True).eos_token_id
            cases.append({"config": file, "expected": {
                "family": "gemma3" if gemma else config.model_type,
                "vocabularySize": config.vocab_size, "hiddenSize": config.hidden_size,
                "intermediateSize": config.intermediate_size, "headCount": config.num_attention_heads,
                "keyValueHeadCount": getattr(config, "num_key_value_heads", config.num_attention_heads), "headDimension": head,
                "rotaryDimension": head if gemma else int(head * rope.get("partial_rotary_factor", 1)),
                "usesParallelResidual": getattr(config, "use_parallel_residual", False),
                "attentionKinds": config.layer_types if gemma else ["full_attention"] * config.num_hidden_layers,
                "slidingWindow": config.sliding_window if gemma else config.max_position_embeddings,
                "ropeTheta": rope["full_attention"]["rope_theta"] if gemma else rope["rope_theta"],
                "slidingRopeTheta": rope["sliding_attention"]["rope_theta"] if gemma else rope["rope_theta"],
                "rotaryScaling": None if gemma or rope["rope_type"] != "llama3" else {
                    "factor": rope["factor"], "lowFrequencyFactor": rope["low_freq_factor"],
                    "highFrequencyFactor": rope["high_freq_factor"],
                    "originalPositions": rope["original_max_position_embeddings"]},
                "attentionScale": (config.query_pre_attn_scalar if gemma else head) ** -0.5,
                "normEpsilon": getattr(config, "rms_norm_eps", None) or config.layer_norm_eps, "tiesEmbeddings": config.tie_word_embeddings,
                "maximumPositions": config.max_position_embeddings,
                "beginOfSequenceID": config.bos_token_id,
                "endOfSequenceIDs": [] if eos is None else eos if isinstance(eos, list) else [eos],
                "paddingID": config.pad_token_id}})
    (FOLDER / "configurations.json").write_text(json.dumps(cases, indent=1) + "\n")


def main():
    blocks()
    llama()
    gemma3()
    sharded()
    configurations()
    (FOLDER / "provenance.json").write_text(json.dumps({
        "seed": SEED, "gguf": importlib.metadata.version("gguf"), "numpy": numpy.__version__, "torch": torch.__version__,
        "safetensors": safetensors.__version__, "transformers": transformers.__version__},
        indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
