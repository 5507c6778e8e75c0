// The official npm client: node openai_node.mjs BASE_URL MODEL. Prints how many requests went as they should.
import OpenAI from "openai";
import { VERSION } from "openai/version";

const [baseURL, model] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: "none", maxRetries: 0, timeout: 60000 });
let done = 0;

function expect(what, condition) {
  if (!condition) throw new Error(`${what}: not as expected`);
  done += 1;
}

const messages = (content) => [{ role: "user", content }];

const models = [];
for await (const one of client.models.list()) models.push(one.id);
expect("models", models.includes(model));

const chat = await client.chat.completions.create({ model, messages: messages("Where is the lantern?"), max_tokens: 12 });
expect("chat", chat.choices[0].message.content.length > 0 && chat.usage.completion_tokens <= 12);

let text = "";
let usage = null;
let reason = null;
for await (const chunk of await client.chat.completions.create({
  model, messages: messages("Count"), max_tokens: 24, stream: true, stream_options: { include_usage: true },
})) {
  usage = chunk.usage ?? usage;
  text += chunk.choices[0]?.delta?.content ?? "";
  reason = chunk.choices[0]?.finish_reason ?? reason;
}
expect("stream with usage", text.length > 0 && usage.completion_tokens <= 24 && ["stop", "length"].includes(reason));

const helper = client.chat.completions.stream({ model, messages: messages("Who washes the potatoes?"), max_tokens: 16, n: 2 });
const final = await helper.finalChatCompletion();
expect("the streaming helper puts two choices together", final.choices.length === 2);

for (const [what, type, body] of [
  ["unknown model", OpenAI.NotFoundError, { model: "nobody", prompt: "x" }],
  ["negative max_tokens", OpenAI.BadRequestError, { model, prompt: "x", max_tokens: -5 }],
]) {
  const error = await client.completions.create(body).then(() => null, (e) => e);
  expect(what, error instanceof type && error.message.length > 0);
}

const left = await client.completions.create({ model, prompt: "A long story", max_tokens: 400, stream: true });
for await (const _ of left) {
  left.controller.abort();
  break;
}
expect("client that leaves", true);

const together = await Promise.all(
  Array.from({ length: 16 }, (_, i) => client.completions.create({ model, prompt: `Story ${i}: `, max_tokens: 16 })),
);
for (const answer of together) expect("concurrent", ["stop", "length"].includes(answer.choices[0].finish_reason));
console.log(JSON.stringify({ client: `openai for npm ${VERSION}`, requests: done }));
