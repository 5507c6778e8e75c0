"""A Llama model with a byte-level BPE tokenizer from a GGUF file to a folder that vLLM takes: smollm2_folder.py GGUF FOLDER.

Weights become F32. Needs gguf and numpy from PyPI; made for SmolLM2 and refuses what it does not know.
"""
import json
import os
import struct
import sys

import gguf
import numpy
from gguf.quants import dequantize

source, folder = sys.argv[1:3]
os.makedirs(folder, exist_ok=True)
reader = gguf.GGUFReader(source)
said = {name: field.contents() for name, field in reader.fields.items() if not name.startswith("GGUF.")}
if said["general.architecture"] != "llama" or said["tokenizer.ggml.model"] != "gpt2" or said["tokenizer.ggml.pre"] != "smollm":
    sys.exit("This is no SmolLM2.")


def llama(name):
    return said["llama." + name]


def write(name, content):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
        json.dump(content, out, ensure_ascii=False)


weights = {
    t.name: dequantize(t.data, t.tensor_type).reshape([int(n) for n in reversed(t.shape)]).astype(numpy.float32)
    for t in reader.tensors
}
heads, kv_heads, layers = llama("attention.head_count"), llama("attention.head_count_kv"), llama("block_count")


def halves(rows, count):
    """GGUF keeps the rows of q and k as pairs that RoPE turns; Hugging Face as two halves."""
    return rows.reshape(count, rows.shape[0] // count // 2, 2, -1).swapaxes(1, 2).reshape(rows.shape)


names = {
    "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
}
tensors = {"model.embed_tokens.weight": weights["token_embd.weight"], "model.norm.weight": weights["output_norm.weight"]}
for layer in range(layers):
    for theirs, ours in names.items():
        rows = weights["blk.%d.%s.weight" % (layer, theirs)]
        if theirs in ("attn_q", "attn_k"):
            rows = halves(rows, heads if theirs == "attn_q" else kv_heads)
        tensors["model.layers.%d.%s.weight" % (layer, ours)] = rows

header, offset = {"__metadata__": {"format": "pt"}}, 0
for name, rows in tensors.items():
    header[name] = {"dtype": "F32", "shape": list(rows.shape), "data_offsets": [offset, offset + rows.nbytes]}
    offset += rows.nbytes
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(os.path.join(folder, "model.safetensors"), "wb") as out:
    out.write(struct.pack("<Q", len(text)) + text)
    for rows in tensors.values():
        out.write(numpy.ascontiguousarray(rows).tobytes())

tokens, kinds = said["tokenizer.ggml.tokens"], said["tokenizer.ggml.token_type"]
CONTROL, USER = 3, 4
byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
write("tokenizer.json", {
    "version": "1.0", "truncation": None, "padding": None, "normalizer": None, "post_processor": None,
    "added_tokens": [
        {"id": i, "content": tokens[i], "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
         "special": kind == CONTROL}
        for i, kind in enumerate(kinds) if kind in (CONTROL, USER)],
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level]},
    "decoder": byte_level,
    "model": {
        "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
        "fuse_unk": False, "byte_fallback": False, "vocab": {token: i for i, token in enumerate(tokens)},
        "merges": [merge.split(" ", 1) for merge in said["tokenizer.ggml.merges"]]},
})
first, last = said["tokenizer.ggml.bos_token_id"], said["tokenizer.ggml.eos_token_id"]
write("tokenizer_config.json", {
    "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": tokens[first], "eos_token": tokens[last],
    "chat_template": said.get("tokenizer.chat_template"), "clean_up_tokenization_spaces": False,
    "model_max_length": llama("context_length")})
write("config.json", {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "torch_dtype": "float32", "hidden_act": "silu",
    "hidden_size": llama("embedding_length"), "intermediate_size": llama("feed_forward_length"),
    "num_hidden_layers": layers, "num_attention_heads": heads, "num_key_value_heads": kv_heads,
    "head_dim": llama("embedding_length") // heads, "max_position_embeddings": llama("context_length"),
    "rms_norm_eps": float("%.6g" % llama("attention.layer_norm_rms_epsilon")), "rope_theta": float(llama("rope.freq_base")),
    "vocab_size": len(tokens), "tie_word_embeddings": "output.weight" not in weights, "attention_bias": False,
    "bos_token_id": first, "eos_token_id": last})
