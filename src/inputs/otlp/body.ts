import type { IncomingMessage } from "node:http";
import { createUnzip } from "node:zlib";
import type { Lease } from "./capacity.ts";
import { MAX_PACKED, MAX_UNPACKED } from "./limits.ts";
import { Refusal, tooLarge } from "./refusal.ts";

export interface BodyOptions {
  /** By gzip or deflate. */
  packed: boolean;
  lease: Lease;
  /** Seconds that the body may take to come. */
  patience: number;
}

/**
 * Reads and unpacks a request's body. Unpacking stops at the limit, whatever is still to come.
 * @throws Refusal when it is too large, too slow, broken off or wrongly packed, or there is no memory for it now
 */
export async function readBody(request: IncomingMessage, { packed, lease, patience }: BodyOptions): Promise<Buffer> {
  if (request.destroyed) throw brokenOff(0);
  const chunks: Buffer[] = [];
  let size = 0;
  const keep = (chunk: Buffer) => {
    size += chunk.length;
    if (packed && size > MAX_UNPACKED) throw tooLarge("The body was packed and grew without end", MAX_UNPACKED);
    lease.take(chunk.length);
    chunks.push(chunk);
  };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const attempt = (act: () => void) => {
    try {
      act();
    } catch (error) {
      reject(error);
    }
  };
  const unzip = packed ? createUnzip() : undefined;
  unzip?.on("data", (chunk: Buffer) => attempt(() => keep(chunk)));
  unzip?.on("drain", () => request.resume());
  unzip?.on("error", (error) => reject(wronglyPacked(error)));
  unzip?.on("end", resolve);

  let received = 0;
  const onData = (chunk: Buffer) =>
    attempt(() => {
      received += chunk.length;
      if (received > MAX_PACKED) throw tooLarge("More was sent", MAX_PACKED);
      if (!unzip) keep(chunk);
      else if (!unzip.write(chunk)) request.pause();
    });
  let ended = false;
  const onEnd = () => {
    ended = true;
    if (unzip) unzip.end();
    else resolve();
  };
  const onClose = () => ended || reject(brokenOff(received));
  request.on("data", onData).on("end", onEnd).on("close", onClose);
  const timer = setTimeout(() => reject(tooSlow(received, patience)), patience * 1000);
  try {
    await promise;
    return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
  } finally {
    clearTimeout(timer);
    request.off("data", onData).off("end", onEnd).off("close", onClose);
    unzip?.removeAllListeners("data").destroy();
  }
}

function brokenOff(received: number): Refusal {
  return new Refusal(400, "broken off", `The connection closed after ${received} bytes of the body.`);
}

function wronglyPacked(error: Error): Refusal {
  const what = `The body is not what its Content-Encoding says, or was cut short: ${error.message}.`;
  return new Refusal(400, "wrongly packed", what);
}

function tooSlow(received: number, patience: number): Refusal {
  const what = `After ${patience} s only ${received} bytes of the body had come, and not its end.`;
  return new Refusal(408, "too slow", what);
}
