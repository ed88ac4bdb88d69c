import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { KeptFile } from "../../../src/inputs/sampling/keptFile.ts";
import { until } from "../../support/until.ts";
import { Root } from "./madeUpRoot.ts";

describe("a file that stays open", () => {
  let root: Root;
  beforeEach(() => {
    root = new Root();
  });
  afterEach(() => root.remove());

  it("gives its text as it is at each reading, however long", () => {
    const file = new KeptFile(join(root.path, "one"));
    assert.equal(file.read(), undefined);
    for (const text of ["first\n", "", "x".repeat(64 * 1024), "y".repeat(300_000), "short\n"]) {
      root.write({ one: text });
      assert.equal(file.read(), text);
    }
    file.close();
    file.close();
    assert.equal(file.read(), "short\n");
    file.close();
  });

  it("throws what has nothing to do with its not being there", () => {
    const folder = new KeptFile(root.path);
    assert.throws(() => folder.read(), /EISDIR/);
  });

  if (process.platform === "linux")
    it("is no longer there once its process has ended, and holds no descriptor then", async () => {
      const child = spawn("sleep", ["60"], { stdio: "ignore" });
      const file = new KeptFile(`/proc/${child.pid}/stat`);
      try {
        assert.equal(file.read()?.split(" ")[0], String(child.pid));
        const names = readdirSync("/proc/self/fd").length;
        child.kill("SIGKILL");
        await until("its end", () => child.signalCode ?? undefined);
        assert.equal(file.read(), undefined);
        assert.equal(readdirSync("/proc/self/fd").length, names - 1);
        assert.throws(() => readFileSync(`/proc/${child.pid}/stat`));
      } finally {
        child.kill("SIGKILL");
        file.close();
      }
    });
});
