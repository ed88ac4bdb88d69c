/** An agent over HTTP at PORT: each request is a turn with a talker's answer and a voice interaction. TALKS: it asks itself. */
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createMonitor } from "../../../../src/sdk/index.ts";

const monitor = createMonitor({ agent: "turns" });

let turns = 0;

async function turn(): Promise<void> {
  const begun = Date.now();
  await sleep(10);
  monitor.trackResponseTime(begun, Date.now(), "talker");
  monitor.trackVoiceReliability(true, {});
}

createServer(async (request, response) => {
  if (request.url === "/count") return response.end(String(turns));
  await turn();
  turns++;
  return response.end("answered");
}).listen(Number(process.env.PORT ?? 0), "127.0.0.1");

while (process.env.TALKS) await turn();
