// An agent without any flag or client of ours: orders come as lines on its standard input, what it measured itself goes
// to its standard output, in seconds. It ends with its input.
import { url as inspectorUrl } from "node:inspector";
import { createInterface } from "node:readline";

const seconds = () => performance.now() / 1000;

async function call() {
  const begun = seconds();
  let firstToken;
  const response = await fetch(`${process.env.MODEL_URL}/chat/completions`, {
    method: "POST",
    body: JSON.stringify({
      model: "example-talker",
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: "user", content: "What is time to first token?" }],
    }),
  });
  for await (const chunk of response.body) {
    if (/"content":"[^"]/.test(Buffer.from(chunk).toString())) firstToken ??= seconds() - begun;
  }
  return { duration: seconds() - begun, firstToken };
}

const orders = {
  async calls(count) {
    const measured = [];
    for (let i = 0; i < count; i++) measured.push(await call());
    return measured;
  },
  inspector: async () => inspectorUrl() ?? "closed",
};

for await (const line of createInterface({ input: process.stdin })) {
  const [order, count] = line.split(" ");
  console.log(JSON.stringify(await orders[order](Number(count))));
}
