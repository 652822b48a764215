// Drives the API with the real npm client: node openai.mjs BASE_URL API_KEY
import assert from "node:assert/strict";
import OpenAI from "openai";

const [baseURL, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const model = "stories@1";
const messages = [{ role: "user", content: "hi" }];
const text = "Hello there, friend.";

const whole = await client.chat.completions.create({ model, messages });
assert.equal(whole.choices[0].message.content, text);
assert.equal(whole.choices[0].finish_reason, "stop");
assert.equal(whole.dgrid.class, "proven");

let streamed = "";
let last;
for await (const chunk of await client.chat.completions.create({
  model, messages, stream: true, stream_options: { include_usage: true },
})) {
  streamed += chunk.choices[0]?.delta?.content ?? "";
  last = chunk;
}
assert.equal(streamed, text);
assert.equal(last.usage.completion_tokens, 21);
assert.match(last.dgrid.receipt.digest, /^0x[0-9a-f]{64}$/);

const runner = client.chat.completions.stream({ model, messages });
assert.equal(await runner.finalContent(), text);

const completion = await client.completions.create({ model, prompt: "Once", max_tokens: 3 });
assert.equal(completion.choices[0].text, "Hel");
assert.equal(completion.choices[0].finish_reason, "length");

assert.equal((await client.models.list()).data[0].id, model);
assert.equal((await client.models.retrieve(model)).id, model);

await assert.rejects(client.chat.completions.create({ model, messages, top_p: 0.5 }),
  (e) => e instanceof OpenAI.BadRequestError && e.code === "unsupported_parameter" && e.param === "top_p");
await assert.rejects(client.chat.completions.create({ model: "none", messages }),
  (e) => e instanceof OpenAI.NotFoundError && e.code === "model_not_found");
await assert.rejects(new OpenAI({ baseURL, apiKey: "dg_no", maxRetries: 0 }).models.list(),
  (e) => e instanceof OpenAI.AuthenticationError && e.code === "invalid_api_key");

const { data, response } = await client.chat.completions.create({ model, messages }).withResponse();
assert.equal(data.choices[0].message.content, text);
assert.equal(response.headers.get("x-dgrid-class"), "proven");
console.log("all good");
