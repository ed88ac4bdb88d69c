import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import pidusage from "pidusage";
import { LinuxTrees } from "../../../src/inputs/sampling/process/linuxTrees.ts";
import { selfUsage } from "../../../src/inputs/sampling/process/selfUsage.ts";
import { treePss } from "../../../src/inputs/sampling/process/treePss.ts";
import type { TreeSample } from "../../../src/model/resources.ts";
import { until } from "../../support/until.ts";

/** A child that says when it is ready, and what it has used itself when it is asked. */
const CHILD = `
  const { createServer, connect } = require("node:net");
  const fs = require("node:fs");
  const kept = [];
  const actions = {
    burn: (ms) => { for (const end = Date.now() + ms; Date.now() < end; ); },
    open: (n) => { for (let i = 0; i < n; i++) kept.push(fs.openSync("/dev/null")); },
    listen: (n) => new Promise((resolve) => {
      const server = createServer((socket) => kept.push(socket)).listen(0, "127.0.0.1", () => {
        let left = n;
        for (let i = 0; i < n; i++) kept.push(connect(server.address().port, "127.0.0.1", () => --left || setTimeout(resolve, 50)));
      });
    }),
    allocate: (mib) => kept.push(Buffer.alloc(mib * 2 ** 20, 1)),
    children: (n) => { for (let i = 0; i < n; i++) require("node:child_process").spawnSync("sh", ["-c", "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done"]); },
    usage: () => {},
  };
  require("node:readline").createInterface({ input: process.stdin }).on("line", async (line) => {
    const [action, n] = line.split(" ");
    await actions[action](Number(n));
    const { user, system } = process.cpuUsage();
    console.log("done", (user + system) / 1e6);
  });
  console.log("done 0");
`;

class Child {
  readonly process: ChildProcess;
  readonly pid: number;
  #output = "";
  #asked = 0;

  constructor() {
    this.process = spawn(process.execPath, ["-e", CHILD], { stdio: ["pipe", "pipe", "inherit"] });
    this.pid = this.process.pid ?? 0;
    this.process.stdout?.on("data", (data) => {
      this.#output += data;
    });
  }

  /** @returns CPU seconds that it has used by its own account */
  async does(line?: string): Promise<number> {
    if (line) this.process.stdin?.write(`${line}\n`);
    const count = ++this.#asked;
    const lines = await until(`${line ?? "the start"} of ${this.pid}`, () => {
      const all = this.#output.split("\n").filter((one) => one.startsWith("done"));
      return all.length >= count && all;
    });
    return Number(lines[count - 1]?.split(" ")[1]);
  }

  async end(): Promise<void> {
    this.process.kill("SIGKILL");
    await until(`the end of ${this.pid}`, () => this.process.signalCode ?? this.process.exitCode ?? undefined);
  }
}

if (process.platform === "linux") {
  describe("a tree of processes by /proc", function () {
    this.timeout(60_000);
    let trees: LinuxTrees;
    let child: Child;
    /** Seconds that are added to the clock, so that what is looked at every five is looked at now. */
    let ahead: number;

    beforeEach(async () => {
      ahead = 0;
      trees = new LinuxTrees(() => performance.now() / 1000 + ahead);
      child = new Child();
      await child.does();
    });
    afterEach(async () => {
      trees.dispose();
      await child.end();
      pidusage.clear();
    });

    const read = async (root = child.pid): Promise<TreeSample> => {
      const reading = (await trees.read([root])).get(root);
      assert.ok(typeof reading === "object", String(reading));
      return reading as TreeSample;
    };

    it("has the memory that pidusage tells, and the CPU time that the process itself tells", async () => {
      await child.does("allocate 64");
      const before = await child.does("usage");
      const begun = performance.now();
      await read();
      await pidusage(child.pid);
      await child.does("burn 1200");
      const after = await child.does("usage");
      const reading = await read();
      const theirs = await pidusage(child.pid);
      const elapsed = (performance.now() - begun) / 1000;
      const known = (after - before) / elapsed;
      assert.ok(Math.abs((reading.cpu ?? 0) / known - 1) < 0.1, `${reading.cpu} beside ${known}`);
      // Both count the kernel's ticks of 10 ms, in stretches that are not quite the same.
      assert.ok(
        Math.abs((reading.cpu ?? 0) * 100 - theirs.cpu) < 10,
        `${reading.cpu} beside pidusage's ${theirs.cpu} %`,
      );
      assert.ok(Math.abs(reading.memory / theirs.memory - 1) < 0.05, `${reading.memory} beside ${theirs.memory}`);
      assert.ok(reading.memory > 64 * 2 ** 20);
      assert.equal(reading.processes, 1);
    });

    it("has threads, descriptors and virtual memory as the kernel tells them", async () => {
      const first = await read();
      await child.does("open 40");
      ahead += 6;
      const second = await read();
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      const kernels = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
      assert.equal(second.threads, kernels("Threads"));
      assert.equal(second.virtual, kernels("VmSize") * 1024);
      assert.equal((second.fileDescriptors ?? 0) - (first.fileDescriptors ?? 0), 40);
      assert.equal(second.fileDescriptors, readdirSync(`/proc/${child.pid}/fd`).length);
    });

    it("has sockets by their state", async () => {
      await child.does("listen 5");
      const { sockets } = await read();
      assert.equal(sockets?.listen, 1);
      // Both ends are its own.
      assert.equal(sockets?.established, 10);
    });

    it("counts context switches between two slow looks", async () => {
      await read();
      for (let i = 0; i < 50; i++) await child.does("usage");
      ahead += 6;
      const { contextSwitches } = await read();
      assert.ok((contextSwitches ?? 0) > 2, String(contextSwitches));
    });

    it("counts short-lived children once, also those that no reading saw", async () => {
      await read();
      const begun = performance.now();
      const own = (await child.does("usage")) - 0;
      await child.does("children 3");
      const reading = await read();
      const elapsed = (performance.now() - begun) / 1000;
      const stat = readFileSync(`/proc/${child.pid}/stat`, "latin1");
      const fields = stat
        .slice(stat.lastIndexOf(")") + 2)
        .split(" ")
        .map(Number);
      const inherited = ((fields[13] ?? 0) + (fields[14] ?? 0)) / 100;
      const used = (await child.does("usage")) - own + inherited;
      assert.ok(inherited > 0.02, String(inherited));
      assert.ok(
        Math.abs((reading.cpu ?? 0) * elapsed - used) < 0.1 * used + 0.06,
        `${(reading.cpu ?? 0) * elapsed} s beside ${used} s`,
      );
    });

    it("has children in it, by row, and lets go of those that end", async () => {
      const parent = spawn("sh", ["-c", "sleep 60 & sleep 60 & wait"], { stdio: "ignore", detached: true });
      const root = parent.pid ?? 0;
      try {
        const rows = await until("both children", async () => {
          ahead += 6;
          const reading = await read(root);
          return reading.rows.filter(({ name }) => /sleep/.test(name)).length === 2 && reading.rows;
        });
        assert.deepEqual(rows.map(({ parent: of }) => of).slice(1), [root, root]);
        const victim = rows[1]?.pid ?? 0;
        process.kill(victim, "SIGKILL");
        await until("it is gone", async () => {
          ahead += 1;
          return !(await read(root)).rows.some(({ pid }) => pid === victim);
        });
      } finally {
        process.kill(-root, "SIGKILL");
      }
    });

    it("keeps a child that another thread than the main one has started, at quick looks too", async () => {
      const script = `new (require("node:worker_threads").Worker)(
        'require("node:child_process").spawn("sleep", ["60"]); setInterval(() => {}, 1000)', { eval: true });`;
      const parent = spawn(process.execPath, ["-e", script], { stdio: "ignore", detached: true });
      const root = parent.pid ?? 0;
      try {
        const isThere = async () => (await read(root)).rows.some(({ name }) => /sleep/.test(name));
        await until("the child", () => {
          ahead += 6;
          return isThere();
        });
        for (let look = 0; look < 4; look++) {
          ahead += 1;
          assert.ok(await isThere(), `look ${look}`);
        }
      } finally {
        process.kill(-root, "SIGKILL");
      }
    });

    it("says that a process has ended, and holds no file of it", async () => {
      const open = () => readdirSync("/proc/self/fd").length;
      const before = open();
      const others = Array.from({ length: 10 }, () => spawn("sleep", ["60"], { stdio: "ignore" }));
      const roots = others.map(({ pid = 0 }) => pid);
      await trees.read(roots);
      ahead += 1;
      await trees.read(roots);
      assert.ok(open() > before);
      for (const other of others) other.kill("SIGKILL");
      await until("their ends", () => others.every(({ signalCode }) => signalCode));
      ahead += 1;
      const readings = await trees.read(roots);
      assert.deepEqual(
        [...readings.values()],
        roots.map(() => "ended"),
      );
      await until("all files are closed", () => open() <= before);
    });

    it("is not read again at once", async () => {
      let clock = 100;
      const still = new LinuxTrees(() => clock);
      const told = async () => (await still.read([child.pid])).get(child.pid);
      assert.equal(typeof (await told()), "object");
      clock += 0.05;
      assert.equal(await told(), "too soon");
      clock -= 30;
      assert.equal(await told(), "too soon");
      still.dispose();
    });
  });

  describe("memory that processes share", () => {
    it("counts once, and so is less than what each of them holds", async () => {
      const child = new Child();
      await child.does();
      try {
        const pss = await treePss(child.pid);
        const rss = (await pidusage(child.pid)).memory;
        assert.ok(pss > 0.1 * rss && pss <= 1.02 * rss, `${pss} of ${rss}`);
      } finally {
        await child.end();
      }
    });

    it("can't be told of a process that has ended", async () => {
      const child = new Child();
      await child.does();
      await child.end();
      await assert.rejects(treePss(child.pid), /has ended, or is another user's/);
    });
  });

  describe("what watching costs", () => {
    it("is our own CPU and memory, and that of our helpers", async () => {
      const helper = new Child();
      await helper.does();
      try {
        const usage = selfUsage();
        const first = usage([helper.pid]);
        assert.equal(first.cpu, undefined);
        assert.ok(first.memory > process.memoryUsage.rss());
        const before = process.cpuUsage();
        const begun = performance.now();
        await helper.does("burn 500");
        for (const end = performance.now() + 200; performance.now() < end; );
        await sleep(20);
        const { user, system } = process.cpuUsage(before);
        const elapsed = (performance.now() - begun) / 1000;
        const { cpu = 0 } = usage([helper.pid]);
        const own = (user + system) / 1e6 / elapsed;
        assert.ok(cpu > own, `${cpu} of which ${own} are our own`);
        assert.ok(cpu < own + 1.1);
        // One that has ended costs nothing more.
        await helper.end();
        assert.ok((usage([helper.pid]).cpu ?? 0) >= 0);
      } finally {
        await helper.end();
      }
    });
  });
}
