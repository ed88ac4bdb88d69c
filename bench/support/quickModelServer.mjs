// Answers every chat completion after so many milliseconds (default: at once, so that the agent alone is measured):
// `node quickModelServer.mjs [MS]`.
import { createServer } from "node:http";

const wait = Number(process.argv[2] ?? 0);
const answer = JSON.stringify({
  object: "chat.completion",
  model: "llama3.2:3b",
  choices: [{ index: 0, message: { role: "assistant", content: "yes" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 12, completion_tokens: 1, total_tokens: 13 },
});
const server = createServer((request, response) => {
  const reply = () => response.setHeader("content-type", "application/json").end(answer);
  request.resume().on("end", () => (wait > 0 ? setTimeout(reply, wait) : reply()));
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
