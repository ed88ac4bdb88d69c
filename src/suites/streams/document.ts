import { type Failure, failure } from "../failure.ts";
import type { BodyReader } from "../http/client.ts";

/** A body that is one JSON object, read when it is whole. How long it may be is the client's limit. */
export function documentReader(whole: (fields: Record<string, unknown>) => Failure | undefined): BodyReader {
  const pieces: Buffer[] = [];
  return {
    read(bytes) {
      pieces.push(Buffer.from(bytes));
      return false;
    },
    end() {
      let value: unknown;
      try {
        value = JSON.parse(Buffer.concat(pieces).toString());
      } catch {
        return failure("protocol", "its answer is no JSON");
      }
      if (typeof value !== "object" || value === null || Array.isArray(value))
        return failure("protocol", "its answer is no JSON object");
      return whole(value as Record<string, unknown>);
    },
  };
}
