import type { Decoder } from "./parts.ts";

/** Unpacks a copy of a compressed body; undefined for an encoding that this Node does not know. */
export function createDecoder(
  zlib: typeof import("node:zlib"),
  encoding: string,
  read: (chunk: Uint8Array) => void,
): Decoder | undefined {
  const MOST = 64 * 1024 * 1024;
  const patient = { finishFlush: zlib.constants.Z_SYNC_FLUSH };
  const stream =
    encoding === "gzip" || encoding === "x-gzip" || encoding === "deflate"
      ? zlib.createUnzip(patient)
      : encoding === "br"
        ? zlib.createBrotliDecompress({ finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH })
        : encoding === "zstd"
          ? zlib.createZstdDecompress?.()
          : undefined;
  if (!stream) return undefined;
  let unpacked = 0;
  let finish: (() => void) | undefined;
  const over = () => {
    finish?.();
    finish = undefined;
  };
  stream.on("data", (chunk: Uint8Array) => {
    unpacked += chunk.byteLength;
    if (unpacked > MOST) stream.destroy();
    else read(chunk);
  });
  // The agent meets a broken body itself; here it only ends the reading.
  stream.on("error", over);
  stream.on("close", over);
  stream.on("end", over);
  return {
    write(chunk) {
      if (!stream.destroyed) stream.write(chunk);
    },
    end(done) {
      if (stream.destroyed) return done();
      finish = done;
      stream.end();
    },
  };
}
