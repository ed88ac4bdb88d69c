// An agent as people write them: an HTTP server whose every request calls a model server and works with JSON.
import { createServer } from "node:http";

const [modelServer] = process.argv.slice(2);
const documents = Array.from({ length: 40 }, (_, id) => ({ id, text: `document ${id} `.repeat(12), score: id / 40 }));

const server = createServer(async (request, response) => {
  const body = JSON.stringify({ model: "llama3.2:3b", messages: [{ role: "user", content: request.url }] });
  const answer = await fetch(`${modelServer}/v1/chat/completions`, { method: "POST", body });
  const { choices } = await answer.json();
  const found = JSON.parse(JSON.stringify(documents)).sort((a, b) => b.score - a.score);
  response.end(JSON.stringify({ text: choices[0].message.content, found: found.slice(0, 3) }));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
