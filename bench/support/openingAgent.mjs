// An agent that opens: each request a file, which it reads and closes, and a connection of its own, or many that it keeps.
import { open } from "node:fs/promises";
import { createServer } from "node:http";
import { connect, createServer as createPlainServer } from "node:net";
import { fileURLToPath } from "node:url";

const kept = [];
const accepted = new Set();
const peer = createPlainServer((socket) => {
  accepted.add(socket);
  socket.on("error", () => {}).on("close", () => accepted.delete(socket));
}).listen(0, "127.0.0.1", 4096);

const connected = () =>
  new Promise((resolve, reject) => {
    const socket = connect(peer.address().port, "127.0.0.1");
    socket.once("connect", () => resolve(socket)).once("error", reject);
  });

const server = createServer(async (request, response) => {
  const { pathname, search } = new URL(request.url, "http://localhost");
  if (pathname === "/keep") {
    for (let left = Number(search.slice(1)); left > 0; left -= 100)
      kept.push(...(await Promise.all(Array.from({ length: Math.min(100, left) }, connected))));
    response.end();
    return;
  }
  const file = await open(fileURLToPath(import.meta.url));
  const text = await file.readFile("utf8");
  await file.close();
  const socket = await connected();
  // Without a TIME_WAIT: thousands a second would use up the ports.
  socket.resetAndDestroy();
  response.end(JSON.stringify({ length: text.length }));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
