import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { LinuxTrees } from "../../../src/inputs/sampling/process/linuxTrees.ts";
import type { TreeReading } from "../../../src/inputs/sampling/process/treeReader.ts";
import type { TreeSample } from "../../../src/model/resources.ts";
import { MadeUpProc } from "./madeUpProc.ts";

const openFiles = () => readdirSync("/proc/self/fd").length;

if (process.platform === "linux") {
  describe("a tree whose processes come and go", () => {
    let proc: MadeUpProc;
    let clock: number;
    let trees: LinuxTrees;
    let before: number;
    const begin = (made = new MadeUpProc()) => {
      before = openFiles();
      proc = made;
      clock = 100;
      trees = new LinuxTrees(() => clock, proc.path);
    };
    beforeEach(() => begin());
    afterEach(() => {
      trees.dispose();
      proc.remove();
      assert.equal(openFiles(), before);
    });
    const told = async (): Promise<TreeReading | undefined> => (await trees.read([10])).get(10);
    const read = async (): Promise<TreeSample> => {
      const reading = await told();
      assert.ok(typeof reading === "object", String(reading));
      return reading;
    };
    const pids = ({ rows }: TreeSample) => rows.map(({ pid }) => pid);

    it("is without those that vanish between the listing and the reading", async () => {
      proc.set(10, { children: [20, 30] }).set(20, { parent: 10 });
      assert.deepEqual(pids(await read()), [10, 20]);
      proc.set(10, { children: [20, 40] });
      clock += 1;
      assert.deepEqual(pids(await read()), [10, 20]);
    });

    it("counts a pid that is another process's by now for that one alone", async () => {
      proc.set(10, { children: [20] }).set(20, { parent: 10, cpu: 50, io: [9e6, 9e6] });
      const first = await read();
      clock += 1;
      proc.end(20).set(20, { parent: 10, age: 0.4, cpu: 0.3, io: [1e6, 0] });
      const second = await read();
      assert.deepEqual(pids(second), [10, 20]);
      assert.ok(Math.abs((second.cpu ?? 0) - 0.3) < 1e-6, String(second.cpu));
      assert.ok((second.rows[1]?.startTime ?? 0) > (first.rows[1]?.startTime ?? 0) + 3000);
      assert.equal(second.rows[1]?.writeRate ?? 0, 0);
      clock += 1;
      proc.set(20, { parent: 10, cpu: 0.5, io: [3e6, 0] });
      const third = await read();
      assert.ok(Math.abs((third.rows[1]?.cpu ?? 0) - 0.2) < 1e-6);
      assert.equal(third.rows[1]?.readRate, 2e6);
    });

    it("leaves out a pid that has become a process of somebody else's", async () => {
      proc.set(10, { children: [20] }).set(20, { parent: 10 });
      await read();
      clock += 1;
      proc.end(20).set(20, { parent: 1, cpu: 99 });
      const reading = await read();
      assert.deepEqual(pids(reading), [10]);
      assert.equal(reading.cpu, 0);
    });

    it("has ended when its root's pid is another's, and holds none of its files", async () => {
      proc.set(10, { children: [20] }).set(20, { parent: 10 });
      await read();
      assert.ok(openFiles() > before);
      clock += 1;
      proc.end(10).set(10, { age: 1 });
      assert.equal(await told(), "ended");
      assert.equal(openFiles(), before);
    });

    it("has ended when its root is a zombie; a child's time still counts until its parent takes it over", async () => {
      proc.set(10, { children: [20] }).set(20, { parent: 10, cpu: 1 });
      await read();
      clock += 1;
      proc.set(20, { parent: 10, state: "Z", cpu: 1.5 });
      const zombie = await read();
      assert.deepEqual(pids(zombie), [10]);
      clock += 1;
      proc.set(10, { childCpu: 1.5 }).end(20);
      const reaped = await read();
      assert.ok(Math.abs((zombie.cpu ?? 0) + (reaped.cpu ?? 0) - 0.5) < 1e-6, `${zombie.cpu}, then ${reaped.cpu}`);
      proc.set(10, { state: "Z" });
      clock += 1;
      assert.equal(await told(), "ended");
    });

    it("counts what began since the last reading whole, and nothing of what only joined, whatever the time of day", async () => {
      const { now } = Date;
      for (const jump of [0, 3600e3, -2 * 3600e3]) {
        trees.forget(10);
        proc.set(10, {});
        await read();
        clock += 1;
        proc.set(10, { children: [20, 30] });
        proc.set(20, { parent: 10, age: 0.5, cpu: 0.25 }).set(30, { parent: 10, age: 1800, cpu: 1000 });
        Date.now = () => now() + jump;
        try {
          const { cpu = Number.NaN } = await read();
          assert.ok(Math.abs(cpu - 0.25) < 1e-6, `${cpu} with a jump of ${jump} ms`);
        } finally {
          Date.now = now;
        }
        proc.end(20).end(30);
        clock += 1;
      }
    });

    it("has rates from and to disks, and none where the kernel does not tell", async () => {
      proc.set(10, { children: [20], io: [1000, 5000] }).set(20, { parent: 10 });
      assert.equal((await read()).readRate, undefined);
      clock += 2;
      proc.set(10, { children: [20], io: [3000, 5000] });
      const { readRate, writeRate, rows } = await read();
      assert.deepEqual([readRate, writeRate], [1000, 0]);
      assert.ok(rows[1] && !("readRate" in rows[1]));
    });

    it("is found on kernels that do not list children", async () => {
      trees.dispose();
      proc.remove();
      begin(new MadeUpProc(false));
      proc.set(10, {}).set(20, { parent: 10 }).set(30, { parent: 20 }).set(40, { parent: 1 });
      assert.deepEqual(pids(await read()), [10, 20, 30]);
      clock += 1;
      proc.set(50, { parent: 30 });
      assert.deepEqual(pids(await read()), [10, 20, 30, 50]);
    });

    it("has sockets of every kind, each once", async () => {
      const table = (...lines: string[]) => ["head", ...lines, ""].join("\n");
      const line = (state: string, inode: number) =>
        `   0: 0100007F:0050 0100007F:0051 ${state} 00000000:00000000 00:00000000 00000000  0        0 ${inode} 1 0`;
      const links = ["/dev/null", "pipe:[9]", ...[11, 12, 13, 14, 15].map((inode) => `socket:[${inode}]`)];
      proc.set(10, { children: [20], links }).set(20, { parent: 10, links: ["socket:[11]", "socket:[12]"] });
      proc.write({
        "10/net/tcp": table(line("0A", 11), line("06", 0), line("01", 999)),
        "10/net/tcp6": table(line("08", 12)),
        "10/net/udp": table(line("07", 13)),
        "10/net/unix": table("0000000000000000: 00000002 00000000 00010000 0001 01 14 /run/made-up"),
      });
      const reading = await read();
      assert.deepEqual(reading.sockets, { listen: 1, close_wait: 1, udp: 1, unix: 1, other: 1 });
      assert.equal(reading.fileDescriptors, 9);
    });
  });

  describe("a real tree in a hurry", function () {
    this.timeout(60_000);

    it("is read without a failure while a process begins and ends all the time, and leaves no file open", async () => {
      let ahead = 0;
      const trees = new LinuxTrees(() => performance.now() / 1000 + ahead);
      const storm = spawn("sh", ["-c", "echo 1; while :; do sh -c '/bin/true & wait' & /bin/true; done"], {
        detached: true,
        stdio: ["ignore", "pipe", "ignore"],
      });
      const root = storm.pid ?? 0;
      const ends = once(storm, "close");
      try {
        await once(storm.stdout, "data");
        // Only now: Node keeps descriptors of its own from its first child on.
        const open = openFiles();
        const seen = new Set<number>();
        for (let i = 0; i < 150; i++) {
          ahead += i % 10 === 0 ? 6 : 0.2;
          const reading = (await trees.read([root])).get(root);
          assert.ok(typeof reading === "object", String(reading));
          for (const { pid } of reading.rows) seen.add(pid);
          for (const value of [reading.cpu ?? 0, reading.memory]) assert.ok(value >= 0 && Number.isFinite(value));
          await new Promise((resolve) => setImmediate(resolve));
        }
        assert.ok(seen.size > 10, `${seen.size} processes seen`);
        trees.forget(root);
        assert.equal(openFiles(), open);
      } finally {
        process.kill(-root, "SIGKILL");
        await ends;
        trees.dispose();
      }
    });

    it("can't be read for want of descriptors, says so without taking more of them, and is read again after", async () => {
      const { href } = new URL("../../../src/inputs/sampling/process/linuxTrees.ts", import.meta.url);
      const script = `
        import { spawn } from "node:child_process";
        import { closeSync, openSync } from "node:fs";
        import { LinuxTrees } from ${JSON.stringify(href)};
        const sleepers = Array.from({ length: 12 }, () => spawn("sleep", ["60"], { stdio: "ignore" }));
        const trees = new LinuxTrees();
        const hoard = [];
        const fill = () => { for (;;) try { hoard.push(openSync("/dev/null")); } catch { return hoard.length; } };
        const first = fill();
        const failures = [];
        for (let i = 0; i < 3; i++) {
          for (const one of hoard.splice(-12)) closeSync(one);
          failures.push(await trees.read([process.pid]).then(() => "read", (error) => error.code));
          failures.push(first - fill());
        }
        for (const one of hoard) closeSync(one);
        const reading = (await trees.read([process.pid])).get(process.pid);
        for (const one of sleepers) one.kill("SIGKILL");
        console.log(JSON.stringify({ failures, processes: reading.processes }));
        process.exit();
      `;
      const child = spawn(
        "sh",
        ["-c", 'ulimit -n 120; exec "$0" --input-type=module -e "$1"', process.execPath, script],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      let output = "";
      child.stdout.on("data", (data) => {
        output += data;
      });
      await once(child, "close");
      assert.deepEqual(JSON.parse(output), { failures: ["EMFILE", 0, "EMFILE", 0, "EMFILE", 0], processes: 13 });
    });
  });
}
