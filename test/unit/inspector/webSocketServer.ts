import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

/** The server's end of one connection, for text messages. */
export interface Peer {
  send(text: string): void;
  /** Ends the connection without a farewell. */
  drop(): void;
  onMessage: (text: string) => void;
  onClose: () => void;
}

/** A WebSocket server on a free port of loopback, with no more of the protocol than the tests need. */
export async function webSocketServer(onPeer: (peer: Peer) => void): Promise<{ port: number; close(): void }> {
  const sockets = new Set<Duplex>();
  const server: Server = createServer((_, response) => response.writeHead(404).end());
  server.on("upgrade", (request, socket) => {
    sockets.add(socket);
    const accept = createHash("sha1")
      .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    onPeer(peerOf(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const TEXT = 1;
const CLOSE = 8;

function peerOf(socket: Duplex): Peer {
  const peer: Peer = {
    send: (text) => void (socket.writable && socket.write(frame(text))),
    drop: () => void socket.destroy(),
    onMessage: () => {},
    onClose: () => {},
  };
  let rest = Buffer.alloc(0);
  socket.on("error", () => {});
  socket.on("close", () => peer.onClose());
  socket.on("data", (data: Buffer) => {
    rest = Buffer.concat([rest, data]);
    for (;;) {
      const read = unframe(rest);
      if (!read) return;
      rest = rest.subarray(read.length);
      if (read.opcode === TEXT) peer.onMessage(read.text);
      if (read.opcode === CLOSE) socket.end();
    }
  });
  return peer;
}

function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.alloc(10);
  head.writeUInt8(0x80 | TEXT, 0);
  head.writeUInt8(127, 1);
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}

function unframe(data: Buffer): { opcode: number; text: string; length: number } | undefined {
  if (data.length < 2) return undefined;
  const short = data.readUInt8(1) & 0x7f;
  const start = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0);
  if (data.length < start + 4) return undefined;
  const size = short === 126 ? data.readUInt16BE(2) : short === 127 ? Number(data.readBigUInt64BE(2)) : short;
  if (data.length < start + 4 + size) return undefined;
  const mask = data.subarray(start, start + 4);
  const payload = data.subarray(start + 4, start + 4 + size).map((byte, i) => byte ^ (mask[i % 4] ?? 0));
  return { opcode: data.readUInt8(0) & 0x0f, text: Buffer.from(payload).toString(), length: start + 4 + size };
}
