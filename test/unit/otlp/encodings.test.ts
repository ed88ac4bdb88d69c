import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { OpenDoor } from "./openDoor.ts";
import { encode } from "./protos.ts";

const recorded = join(import.meta.dirname, "..", "..", "fixtures", "spans", "recorded");

interface Recorded {
  resourceSpans?: { scopeSpans: { spans: unknown[] }[] }[];
}

describe("What real packages send", () => {
  for (const file of readdirSync(recorded).filter((name) => name.endsWith(".json"))) {
    const { resourceSpans } = JSON.parse(readFileSync(join(recorded, file), "utf8")) as Recorded;
    if (!resourceSpans) continue;
    it(`is read whole and alike from JSON and protobuf: ${file}`, async () => {
      await using door = await OpenDoor.start({ now: () => 1_900_000_000 });
      const count = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)).length;
      assert.equal((await door.post("/v1/traces", { resourceSpans })).status, 200);
      const fromJson = door.spans.splice(0);
      assert.equal((await door.postBytes("/v1/traces", encode("traces", { resourceSpans }))).status, 200);
      assert.equal(fromJson.length, count);
      assert.deepEqual(rounded(door.spans), rounded(fromJson));
      assert.deepEqual(door.counters.rejected, {});
    });
  }
});

/** Both read times as exactly as a double can, in different orders. */
function rounded(spans: unknown): unknown {
  return JSON.parse(
    JSON.stringify(spans, (_, value) => (typeof value === "number" ? Number(value.toPrecision(15)) : value)),
  );
}
