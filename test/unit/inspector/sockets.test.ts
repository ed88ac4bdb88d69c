import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { isLoopback } from "../../../src/inputs/inspector/address.ts";
import { linuxHolder, linuxSockets, parseTcpTable } from "../../../src/inputs/inspector/linuxSockets.ts";
import { parseLsof, parseNetstat } from "../../../src/inputs/inspector/sockets.ts";

describe("the TCP sockets of a process", () => {
  it("are found with their addresses, listeners apart from connections", async () => {
    for (const host of ["127.0.0.1", "::1", "0.0.0.0"]) {
      const server = createServer().listen(0, host);
      await once(server, "listening");
      const { port } = server.address() as { port: number };
      const client = connect(port, host === "0.0.0.0" ? "127.0.0.1" : host);
      const accepted = once(server, "connection");
      await Promise.all([once(client, "connect"), accepted]);
      const sockets = linuxSockets(process.pid).filter((socket) => socket.port === port);
      assert.deepEqual(
        sockets.filter(({ listening }) => listening).map((socket) => [socket.pid, socket.host]),
        [[process.pid, host]],
      );
      assert.equal(sockets.filter(({ listening }) => !listening).length, 1);
      assert.equal(linuxHolder(port)?.pid, host === "::1" ? undefined : process.pid);
      client.destroy();
      server.close();
      (await accepted)[0].destroy();
    }
    assert.deepEqual(linuxSockets(2 ** 22 + 1), []);
  });

  it("are read from the kernel's table", () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:240D 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 41245 1 0000000000000000 100 0 0 10 0
   1: 0100007F:240D 0100007F:C3F2 01 00000000:00000000 00:00000000 00000000  1000        0 41311 1 0000000000000000 20 4 30 10 -1
   2: 0100007F:C3F2 0100007F:0050 06 00000000:00000000 03:00000E10 00000000     0        0 0 3 0000000000000000
   3: 0000000000000000FFFF00000100007F:240E 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 41400 1 0000000000000000 100 0 0 10 0
`;
    assert.deepEqual(parseTcpTable(table), [
      ["41245", { host: "127.0.0.1", port: 9229, listening: true }],
      ["41311", { host: "127.0.0.1", port: 9229, listening: false }],
      ["41400", { host: "127.0.0.1", port: 9230, listening: true }],
    ]);
  });

  it("are read from macOS' lsof and Windows' netstat", () => {
    const lsof =
      "p812\nf21\nn127.0.0.1:9229\nTST=LISTEN\nTQR=0\nTQS=0\nf24\nn127.0.0.1:9229->127.0.0.1:52100\nTST=ESTABLISHED\np900\nf5\nn*:8080\nTST=LISTEN\nf6\nn[::1]:8081\nTST=LISTEN\nf7\nn127.0.0.1:1->127.0.0.1:2\nTST=CLOSE_WAIT\n";
    assert.deepEqual(parseLsof(lsof), [
      { pid: 812, host: "127.0.0.1", port: 9229, listening: true },
      { pid: 812, host: "127.0.0.1", port: 9229, listening: false },
      { pid: 900, host: "0.0.0.0", port: 8080, listening: true },
      { pid: 900, host: "::1", port: 8081, listening: true },
    ]);
    const netstat = `
Active Connections

  Proto  Local Address          Foreign Address        State           PID
  TCP    127.0.0.1:9229         0.0.0.0:0              LISTENING       4242
  TCP    127.0.0.1:9229         127.0.0.1:50123        ESTABLISHED     4242
  TCP    [::1]:9230             [::]:0                 ABHÖREN         4243
  TCP    127.0.0.1:50124        127.0.0.1:9229         TIME_WAIT       0
`;
    assert.deepEqual(parseNetstat(netstat), [
      { pid: 4242, host: "127.0.0.1", port: 9229, listening: true },
      { pid: 4242, host: "127.0.0.1", port: 9229, listening: false },
      { pid: 4243, host: "::1", port: 9230, listening: true },
    ]);
  });

  it("are this machine's alone only on loopback addresses", () => {
    for (const host of ["localhost", "127.0.0.1", "127.8.9.10", "::1", "[::1]"]) assert.ok(isLoopback(host), host);
    for (const host of ["0.0.0.0", "10.0.0.1", "128.0.0.1", "localhost.example.com", "127.0.0.1.nip.io", "::2", ""])
      assert.ok(!isLoopback(host), host);
  });
});
