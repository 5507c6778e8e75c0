"""The official Python client: python openai_python.py BASE_URL MODEL. Prints how many requests went as they should."""
import asyncio
import json
import sys

import openai

base, model = sys.argv[1], sys.argv[2]
client = openai.OpenAI(base_url=base, api_key="none", max_retries=0, timeout=60)
done = 0


def expect(what, condition):
    global done
    if not condition:
        sys.exit(f"{what}: not as expected")
    done += 1


def messages(text):
    return [{"role": "user", "content": text}]


expect("models", model in [m.id for m in client.models.list().data])

chat = client.chat.completions.create(model=model, messages=messages("Where is the lantern?"), max_tokens=12)
expect("chat", chat.choices[0].message.content and chat.usage.completion_tokens <= 12)

seeded = [
    client.completions.create(model=model, prompt="In the orchard", max_tokens=16, temperature=0.8, seed=5).choices[0].text
    for _ in range(2)
]
expect("same seed, same text", seeded[0] == seeded[1])

several = client.completions.create(model=model, prompt="On a Sunday", max_tokens=8, n=3, temperature=1.0, seed=1)
expect("three choices", sorted(c.index for c in several.choices) == [0, 1, 2])

scored = client.completions.create(model=model, prompt="The ship", max_tokens=4, logprobs=2)
expect("logprobs", len(scored.choices[0].logprobs.token_logprobs) == scored.usage.completion_tokens)

pieces, usage, reason = [], None, None
with client.chat.completions.create(
    model=model, messages=messages("Count"), max_tokens=24, stream=True, stream_options={"include_usage": True}
) as stream:
    for chunk in stream:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            pieces.append(choice.delta.content or "")
            reason = choice.finish_reason or reason
expect("stream with usage", usage.completion_tokens <= 24 and reason in ("stop", "length") and "".join(pieces))

stopped = client.completions.create(model=model, prompt="The yellow ladder", max_tokens=64, stop=["."], temperature=0)
expect("stop", "." not in stopped.choices[0].text)

for what, error, request in (
    ("unknown model", openai.NotFoundError, {"model": "nobody", "prompt": "x"}),
    ("negative max_tokens", openai.BadRequestError, {"model": model, "prompt": "x", "max_tokens": -5}),
    ("temperature as text", openai.BadRequestError, {"model": model, "prompt": "x", "temperature": "hot"}),
):
    try:
        client.completions.create(**request)
        sys.exit(f"{what}: accepted")
    except error as e:
        expect(what, e.body and e.body.get("message"))

left = client.chat.completions.create(model=model, messages=messages("A long story"), max_tokens=400, stream=True)
next(iter(left))
left.close()
expect("client that leaves", True)


async def many():
    async with openai.AsyncOpenAI(base_url=base, api_key="none", max_retries=0, timeout=60) as together:
        return await asyncio.gather(
            *(together.completions.create(model=model, prompt=f"Story {i}: ", max_tokens=16) for i in range(16))
        )


for answer in asyncio.run(many()):
    expect("concurrent", answer.choices[0].finish_reason in ("stop", "length"))
print(json.dumps({"client": f"openai for Python {openai.__version__}", "requests": done}))
