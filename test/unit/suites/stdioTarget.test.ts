import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenTarget } from "../../../src/suites/target.ts";
import { stdio } from "../../../src/suites/targets/stdio.ts";
import { until } from "../../support/until.ts";

const folder = join(import.meta.dirname, "..", "..", "fixtures", "suites");
const forever = () => new AbortController().signal;
const context = { folder, env: process.env, connections: 10 };

describe("A command over stdio, as a suite asks it,", () => {
  const opened: OpenTarget<object>[] = [];
  afterEach(async () => {
    for (const target of opened.splice(0)) await target.close();
  });

  type Settings = Partial<Parameters<typeof stdio.open>[0]>;
  async function open(how: string, settings: Settings = {}) {
    const command = { command: process.execPath, args: ["commands/answering.ts", how], ready: "ready" };
    const target = await stdio.open({ kind: "stdio", ...command, ...settings }, context);
    opened.push(target);
    return target;
  }
  const ask = async (how: string, settings: Settings = {}, signal = forever()) =>
    (await open(how, settings)).send({ text: "Hello" }, signal);

  it("takes a line for a line", async () => {
    const target = await open("echo");
    for (let i = 0; i < 5; i++) {
      const { outcome, error, sent, firstToken = 0, ended } = await target.send({ json: { number: i } }, forever());
      assert.deepEqual([outcome, error], ["ok", undefined]);
      assert.ok(sent <= firstToken && firstToken <= ended);
    }
    assert.equal(
      (await (await open("echo", { until: { field: "a.b", equals: 1 } })).send({ json: { a: { b: 1 } } }, forever()))
        .outcome,
      "ok",
    );
  });

  it("takes tokens and stages, and lines until a delimiter or silence", async () => {
    const { outcome, tokenTimes, stages } = await ask("tokens", { events: {} });
    assert.deepEqual([outcome, tokenTimes?.length, stages], ["ok", 2, { llm: 0.5 }]);
    assert.equal((await ask("delimited", { until: { text: "END" } })).outputTokens, 3);
    assert.equal((await ask("delimited", { until: { idle: "100ms" } })).outputTokens, 3);
  });

  it("refuses a text of several lines, which would put questions and answers out of step", async () => {
    const target = await open("echo");
    const { outcome, error = "" } = await target.send({ text: "one\ntwo" }, forever());
    assert.equal(outcome, "error");
    assert.match(error, /line break.* send json, or set "keep": false$/);
    assert.equal((await target.send({ json: "one\ntwo" }, forever())).outcome, "ok");
  });

  it("starts a process for each request, whose end is the answer's", async () => {
    const target = await stdio.open(
      { kind: "stdio", command: process.execPath, args: ["-e", "process.stdin.pipe(process.stdout)"], keep: false },
      context,
    );
    opened.push(target);
    const whole = await Promise.all([1, 2, 3].map(() => target.send({ file: "tls/certificate.pem" }, forever())));
    assert.deepEqual(
      whole.map(({ outcome, error }) => error ?? outcome),
      ["ok", "ok", "ok"],
    );
    const failing = await stdio.open(
      { kind: "stdio", command: "sh", args: ["-c", "cat; exit 3"], keep: false },
      context,
    );
    assert.match((await failing.send({ text: "a" }, forever())).error ?? "", /exit code 3/);
    const missing = await stdio.open({ kind: "stdio", command: "no-such-program", keep: false }, context);
    const { errorKind, error } = await missing.send({ text: "a" }, forever());
    assert.deepEqual([errorKind, error], ["refused", "ENOENT"]);
  });

  for (const [how, kind, said] of [
    ["half", "failed", /exit code 1/],
    ["dying", "reset", /without an answer/],
    ["flood", "too large", /67108864 bytes/],
    ["longLine", "too large", /16 MiB/],
  ] as const) {
    it(`tells of ${how} that it is an error: ${kind}, and starts another`, async () => {
      const target = await open(how, how === "flood" ? { until: { text: "never" } } : {});
      for (let i = 0; i < 2; i++) {
        const { outcome, errorKind, error = "" } = await target.send({ text: "Hello" }, forever());
        assert.deepEqual({ outcome, errorKind }, { outcome: "error", errorKind: kind });
        assert.match(error, said);
        assert.doesNotMatch(error, /secret/);
      }
    });
  }

  for (const how of ["silent", "endless"]) {
    it(`ends ${how} at its timeout, or cancelled`, async () => {
      const late = await ask(how, { until: { text: "never" } }, AbortSignal.timeout(50));
      assert.deepEqual([late.outcome, late.errorKind], ["error", "timeout"]);
      const controller = new AbortController();
      const asked = ask(how, { until: { text: "never" } }, controller.signal);
      setTimeout(() => controller.abort(), 20);
      assert.equal((await asked).outcome, "cancelled");
    });
  }

  it("can't be opened where the command can't start, and tells its last words", async () => {
    await assert.rejects(
      open("broken"),
      /command .* can't be used: the command ended: exit code 3\n.*last words of broken/s,
    );
    await assert.rejects(open("x", { command: "no-such-program" }), /can't be used: ENOENT/);
  });

  it("ends its processes with their children, also those that heed no signal", async () => {
    const place = mkdtempSync(join(tmpdir(), "av-stdio-"));
    try {
      const file = join(place, "pids");
      const target = await open("family", { args: ["commands/answering.ts", "family", file] });
      assert.equal((await target.send({ text: "Hello" }, forever())).outcome, "ok");
      const pids = readFileSync(file, "utf8").split(" ").map(Number);
      assert.deepEqual(pids.map(alive), [true, true]);
      await target.close();
      await until("both have ended", () => !pids.some(alive));
    } finally {
      rmSync(place, { recursive: true });
    }
  });
});

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
