// A model server that only paces: each stream gets so many tokens a second, and the time of each, on this process's
// clock, is kept until the parent asks for it. Argument: tokens a second. Tells its port over IPC.
import { createServer } from "node:net";

const interval = 1000 / Number(process.argv[2]);
/** Seconds, by the stream's name. */
const written = {};

const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const event = (data) => {
  const text = `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
};
const token = event({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1,
  model: "paced",
  choices: [{ index: 0, delta: { content: " token" }, finish_reason: null }],
});
const end = `${event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}${event("[DONE]")}0\r\n\r\n`;

const server = createServer({ noDelay: true }, (socket) => {
  let text = "";
  socket.on("error", () => {});
  socket.on("data", (data) => {
    text += data;
    const asked = /"content":"(\S+) (\d+)"/.exec(text);
    if (asked) stream(socket, asked[1], Number(asked[2]));
    if (asked) text = "";
  });
});

/** Streams begin at different times within an interval, as answers do. */
function stream(socket, name, tokens) {
  const times = [];
  written[name] = times;
  socket.write(head, "latin1");
  let timer;
  const begin = performance.now() + Math.random() * interval;
  const next = () => {
    if (socket.destroyed) return;
    times.push(performance.now() / 1000);
    socket.write(token, "latin1");
    if (times.length < tokens)
      timer = setTimeout(next, Math.max(0, begin + times.length * interval - performance.now()));
    else socket.write(end, "latin1");
  };
  timer = setTimeout(next, Math.max(0, begin - performance.now()));
  socket.on("close", () => clearTimeout(timer));
}

server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
process.on("message", () => process.send(written));
process.on("disconnect", () => process.exit());
