import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { Connection } from "../../../src/inputs/inspector/connection.ts";
import { until } from "../../support/until.ts";

const event = (method: string, params: object = {}) => Buffer.from(JSON.stringify({ method, params }));

/** A server's frame: its payload is not masked. */
function framed(opcode: number, payload: Buffer, last = true): Buffer {
  const { length } = payload;
  const head =
    length < 126
      ? Buffer.from([0, length])
      : length < 65_536
        ? Buffer.from([0, 126, length >> 8, length & 0xff])
        : Buffer.from([0, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  if (length >= 65_536) head.writeBigUInt64BE(BigInt(length), 2);
  head[0] = (last ? 0x80 : 0) | opcode;
  return Buffer.concat([head, payload]);
}

describe("a WebSocket to an inspector", () => {
  let server: Server;
  let connection: Connection;
  let peer: Duplex;
  const received: Buffer[] = [];

  beforeEach(async () => {
    server = createServer();
    const upgraded = new Promise<Duplex>((resolve) => {
      server.on("upgrade", (request, socket) => {
        const accept = createHash("sha1")
          .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
          .digest("base64");
        // The first frame comes in one piece with the answer.
        socket.write(
          Buffer.concat([
            Buffer.from(
              `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
            ),
            framed(9, Buffer.from("there?")),
          ]),
        );
        socket.on("data", (data) => received.push(data));
        socket.on("error", () => {});
        resolve(socket);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    received.length = 0;
    connection = await Connection.open(new URL(`ws://127.0.0.1:${port}/id`), 5);
    peer = await upgraded;
  });
  afterEach(() => {
    connection.close();
    peer.destroy();
    server.close();
  });

  it("takes messages of every size, however they are cut, and answers a ping", async () => {
    const told: string[] = [];
    connection.session.on("Told", (params) => told.push((params as { text: string }).text));
    const texts = ["", "ü".repeat(40), "a".repeat(300), "b".repeat(70_000), "c".repeat(3_000_000)];
    const bytes = Buffer.concat(texts.map((text) => framed(1, event("Told", { text }))));
    // Cut within heads and within letters.
    for (let at = 0, size = 1; at < bytes.length; at += size, size = Math.min(size * 3, 50_000)) {
      peer.write(bytes.subarray(at, at + size));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const whole = event("Told", { text: "in parts" });
    peer.write(framed(1, whole.subarray(0, 5), false));
    peer.write(framed(9, Buffer.alloc(0)));
    peer.write(framed(0, whole.subarray(5, 9), false));
    peer.write(framed(0, whole.subarray(9)));
    await until("all messages", () => told.length === 6);
    assert.deepEqual(told, [...texts, "in parts"]);
    const pongs = Buffer.concat(received);
    assert.deepEqual([pongs[0], pongs[1]], [0x8a, 0x86]);
    const mask = pongs.subarray(2, 6);
    assert.equal(Buffer.from(pongs.subarray(6, 12).map((b, i) => b ^ (mask[i % 4] ?? 0))).toString(), "there?");
  });

  it("lets the sender wait while it is paused", async () => {
    let told = 0;
    connection.session.on("Told", () => told++);
    connection.pause();
    const message = framed(1, event("Told", { text: "x".repeat(1_000_000) }));
    for (let i = 0; i < 40; i++) peer.write(message);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.ok(told <= 1, `${told} messages came through`);
    assert.ok(peer.writableLength > 20_000_000, `${peer.writableLength} bytes wait`);
    connection.resume();
    await until("all messages", () => told === 40);
  });

  for (const [what, bytes, reason] of [
    ["binary messages", framed(2, Buffer.from("x")), /sends binary messages/],
    ["a continuation of nothing", framed(0, Buffer.from("x")), /does not keep to the WebSocket protocol/],
    ["a message without end", Buffer.from([0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0]), /more than 64 MiB/],
  ] as const) {
    it(`is given up at ${what}`, async () => {
      peer.write(bytes);
      assert.match(await connection.closed, reason);
      await until("it is closed", () => peer.destroyed || peer.readableEnded);
    });
  }

  it("is closed when the other side says farewell", async () => {
    peer.write(framed(8, Buffer.from([3, 232])));
    assert.match(await connection.closed, /was closed\.$/);
  });
});
