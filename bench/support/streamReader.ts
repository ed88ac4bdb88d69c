// Reads streams of tokens side by side, as the bench of suites runs it in a process of its own. Arguments: which, port,
// streams, tokens of each. Prints when each token came, by the stream's name, and what it cost.
import { openai } from "../../src/suites/targets/openai.ts";

const [which = "", port = "", streams = "", tokens = ""] = process.argv.slice(2);
const url = `http://127.0.0.1:${port}/v1`;

const read = which === "fetch" ? byFetch : await ours();
const before = process.cpuUsage();
const names = Array.from({ length: Number(streams) }, (_, i) => `${which}-${process.pid}-${i}`);
const came = await Promise.all(names.map(async (name) => [name, await read(`${name} ${tokens}`)] as const));
const { user, system } = process.cpuUsage(before);
const cpu = (user + system) / (Number(streams) * Number(tokens));
process.stdout.write(JSON.stringify({ came: Object.fromEntries(came), cpu }), () => process.exit());

async function ours(): Promise<(prompt: string) => Promise<number[]>> {
  const target = await openai.open(
    { kind: "openai", url, model: "paced" },
    { folder: import.meta.dirname, env: {}, connections: Number(streams) },
  );
  return async (prompt) => {
    const { error, firstToken, tokenTimes } = await target.send({ prompt }, new AbortController().signal);
    if (error !== undefined || firstToken === undefined) throw new Error(`A stream failed: ${error}`);
    return [firstToken, ...(tokenTimes ?? [])];
  };
}

/** As a client is usually written. */
async function byFetch(prompt: string): Promise<number[]> {
  const messages = [{ role: "user", content: prompt }];
  const response = await fetch(`${url}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "paced", stream: true, messages }),
  });
  const times: number[] = [];
  let rest = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const events = (rest + chunk).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) {
      if (event === "data: [DONE]") continue;
      const { choices } = JSON.parse(event.slice(6)) as { choices: { delta: { content?: string } }[] };
      if (choices[0]?.delta.content) times.push(performance.now() / 1000);
    }
  }
  return times;
}
