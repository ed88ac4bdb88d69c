import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type ProcessSampler, processSampler } from "../../../src/inputs/sampling/process/processSampler.ts";
import type { ResourceSample } from "../../../src/model/resources.ts";
import { until } from "../../support/until.ts";

describe("sampling processes", () => {
  let children: ChildProcess[];
  let samples: Map<string, ResourceSample[]>;
  let ended: string[];
  let errors: Error[];
  let sampler: ProcessSampler;
  const start = (command: string, args: string[]): number => {
    const child = spawn(command, args, { detached: true, stdio: "ignore" });
    children.push(child);
    return child.pid ?? 0;
  };
  const of = (key: string) => samples.get(key) ?? [];
  const begin = (interval: number) => {
    sampler = processSampler({
      interval,
      onSample: (key, sample) => samples.set(key, [...of(key), sample]),
      onEnd: (key) => ended.push(key),
      onError: (error) => errors.push(error),
    });
  };
  beforeEach(() => {
    children = [];
    samples = new Map();
    ended = [];
    errors = [];
    begin(0.2);
  });
  afterEach(() => {
    sampler.dispose();
    for (const { pid, exitCode } of children) if (pid && exitCode === null) killGroup(pid);
    assert.deepEqual(errors, []);
  });

  it("sees the CPU and memory of a whole tree, where the root itself is idle", async () => {
    const busy = "node=$1; for i in 1 2; do $node -e 'const b = Buffer.alloc(8e7, 1); for (;;) b[0]++' & done; wait";
    sampler.watch(start("/bin/sh", ["-c", busy, "sh", process.execPath]), "busy");
    sampler.watch(start("sleep", ["60"]), "idle");
    await until("three processes at work", () =>
      of("busy").some(
        ({ processes, memory, cpu }) => processes === 3 && memory > 160e6 && cpu !== undefined && cpu > 0.3,
      ),
    );
    assert.ok(of("idle").every(({ cpu, processes }) => (cpu ?? 0) < 0.1 && processes === 1));
  });

  it("leaves CPU out of the first reading, and never counts what was used before", async () => {
    // Works for a while, then rests.
    const code = `const end = performance.now() + 500; while (performance.now() < end); process.stdout.write("."); setInterval(() => {}, 1e6)`;
    const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "ignore"] });
    children.push(child);
    await once(child.stdout, "data");
    sampler.watch(child.pid ?? 0, "rested");
    await until("three readings", () => of("rested").length >= 3);
    assert.equal(of("rested")[0]?.cpu, undefined);
    for (const { cpu } of of("rested").slice(1)) assert.ok((cpu ?? 1) < 0.5, `${cpu} of a core`);
  });

  it("counts a child that began since the last reading with all that it used", async () => {
    begin(1);
    const code = `setTimeout(() => require("node:child_process").spawnSync(process.execPath, ["-e", "const end = performance.now() + 200; while (performance.now() < end); setTimeout(() => {}, 3000)"]), 300)`;
    sampler.watch(start(process.execPath, ["-e", code]), "parent");
    await until("the child's reading", () => of("parent").some(({ processes }) => processes === 2));
    const first = of("parent").find(({ processes }) => processes === 2);
    assert.ok((first?.cpu ?? 0) > 0.02, `${first?.cpu} of a core`);
  });

  it("tells when a process has ended, and the others go on", async () => {
    const short = start("sleep", ["0.5"]);
    sampler.watch(short, "short");
    sampler.watch(start("sleep", ["60"]), "long");
    await until("the end", () => ended.length > 0);
    const count = of("long").length;
    await until("more readings", () => of("long").length > count + 1);
    assert.deepEqual(ended, ["short"]);
    sampler.watch(2 ** 30, "never there");
    await until("the end", () => ended.length === 2);
    assert.deepEqual(of("never there"), []);
  });

  it("stops reading what is no longer watched", async () => {
    const pid = start("sleep", ["60"]);
    sampler.watch(pid, "one");
    sampler.watch(pid, "other");
    await until("readings of both", () => of("one").length > 0 && of("other").length > 0);
    sampler.unwatch("one");
    const count = of("one").length;
    const others = of("other").length;
    await until("more readings", () => of("other").length > others + 1);
    assert.equal(of("one").length, count);
    assert.deepEqual(ended, []);
  });

  it("changes its interval while it runs, within 0.2 and 60 s", async () => {
    sampler.setInterval(3600);
    sampler.watch(start("sleep", ["60"]), "slow");
    await until("the first reading", () => of("slow").length === 1);
    sampler.setInterval(0.001);
    await until("more readings", () => of("slow").length === 4);
    const times = of("slow").map(({ time }) => time);
    for (const [i, time] of times.slice(1).entries()) assert.ok(time - (times[i] ?? 0) > 0.19);
  });
});

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    process.kill(pid, "SIGKILL"); // was not started in a group of its own
  }
}
