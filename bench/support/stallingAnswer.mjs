// Answers as fixedAnswer.mjs does, but stands still for STALL ms every EVERY ms: nothing is read or answered meanwhile.
// Arguments: STALL, EVERY. Requests are for /NUMBER; asked for "answered", it tells when (Unix ms) each number was
// answered since it was last asked.
import { createServer } from "node:net";

const [stall, every] = process.argv.slice(2).map(Number);
const body = '{"ok":true}';
const answer = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nConnection: keep-alive\r\n\r\n${body}`;
const still = new Int32Array(new SharedArrayBuffer(4));
let answered = [];

const server = createServer({ noDelay: true }, (socket) => {
  let rest = "";
  socket.on("error", () => {});
  socket.on("data", (data) => {
    rest += data.toString("latin1");
    let answers = "";
    const numbers = [];
    for (let end = rest.indexOf("\r\n\r\n"); end >= 0; end = rest.indexOf("\r\n\r\n")) {
      answers += answer;
      numbers.push(Number(rest.slice(rest.indexOf("/") + 1, rest.indexOf(" ", rest.indexOf("/")))));
      rest = rest.slice(end + 4);
    }
    if (!answers) return;
    socket.write(answers, "latin1");
    const time = performance.timeOrigin + performance.now();
    for (const number of numbers) answered[number] = time;
  });
});
setInterval(() => Atomics.wait(still, 0, 0, stall), every);
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
process.on("message", () => {
  process.send({ answered });
  answered = [];
});
process.on("disconnect", () => process.exit());
