// Answers every request with the same few bytes, as quickly as Node can: a target that a load generator finds it hard to
// keep busy. Tells its port over IPC.
import { createServer } from "node:net";

const body = '{"ok":true}';
const answer = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nConnection: keep-alive\r\n\r\n${body}`;

const server = createServer({ noDelay: true }, (socket) => {
  let rest = "";
  socket.on("error", () => {});
  socket.on("data", (data) => {
    rest += data.toString("latin1");
    let answers = "";
    for (let end = rest.indexOf("\r\n\r\n"); end >= 0; end = rest.indexOf("\r\n\r\n")) {
      answers += answer;
      rest = rest.slice(end + 4);
    }
    if (answers) socket.write(answers, "latin1");
  });
});
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
process.on("disconnect", () => process.exit());
