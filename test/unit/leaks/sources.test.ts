import assert from "node:assert/strict";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Sources } from "../../../src/judges/leaks/explain/sources.ts";

describe("the sources of a program that runs", () => {
  let folder: string;
  let file: string;
  const now = () => Date.now() / 1000;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "av-sources-"));
    file = join(folder, "agent.mjs");
    writeFileSync(file, "export const notes = [];\n");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("are told as they are when nothing was changed since it was started", () => {
    const sources = new Sources(now() + 60);
    assert.equal(sources.find({ file, line: 0, column: 13 })?.text.lines[0], "export const notes = [];");
    assert.deepEqual([...sources.changed], []);
  });

  it("are not told of a file that was written since, whatever time it claims", () => {
    const earlier = now() - 3600;
    for (const time of [now(), earlier]) {
      utimesSync(file, time, time);
      const sources = new Sources(now() - 60);
      assert.equal(sources.find({ file, line: 0, column: 0 }), undefined);
      assert.deepEqual([...sources.changed], [file]);
    }
  });
});
