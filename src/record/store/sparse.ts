/** Sparse counts as bytes: for each bucket that is not empty its distance from the one before and its count, varints. */

/** Counts by bucket's number, in any order. */
export type Sparse = Map<number, number>;

export function encodeSparse(counts: Sparse): Uint8Array {
  const buckets = [...counts.keys()].filter((bucket) => (counts.get(bucket) ?? 0) > 0).sort((a, b) => a - b);
  const bytes: number[] = [];
  let before = 0;
  for (const bucket of buckets) {
    varint(bytes, bucket - before);
    varint(bytes, counts.get(bucket) ?? 0);
    before = bucket;
  }
  return Uint8Array.from(bytes);
}

function varint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

/** Calls back with each bucket and its count, buckets rising. */
export function eachSparse(bytes: Uint8Array, each: (bucket: number, count: number) => void): void {
  let at = 0;
  let bucket = 0;
  const next = () => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  while (at < bytes.length) {
    bucket += next();
    each(bucket, next());
  }
}

export function decodeSparse(bytes: Uint8Array): Sparse {
  const counts: Sparse = new Map();
  eachSparse(bytes, (bucket, count) => counts.set(bucket, count));
  return counts;
}
