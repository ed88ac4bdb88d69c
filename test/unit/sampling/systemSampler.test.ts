import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { linuxSystem } from "../../../src/inputs/sampling/system/linuxSystem.ts";
import { type SystemSampler, systemSampler } from "../../../src/inputs/sampling/system/systemSampler.ts";
import type { SystemSample } from "../../../src/model/resources.ts";
import { until } from "../../support/until.ts";
import { diskstats, meminfo, netdev, PRESSURE, Root, stat } from "./madeUpRoot.ts";

const GIB = 2 ** 30;

if (process.platform === "linux") {
  describe("the machine, read from its files", () => {
    let root: Root;
    let clock: number;
    let errors: string[];
    beforeEach(() => {
      root = new Root();
      clock = 100;
      errors = [];
    });
    afterEach(() => root.remove());
    const reader = () =>
      linuxSystem({
        root: root.path,
        storeFolder: tmpdir(),
        clock: () => clock,
        onError: ({ message }) => void errors.push(message),
      });
    const all = (at: { busy: number; sectors: number; received: number }) =>
      root.write({
        "proc/stat": stat(at.busy, 900),
        "proc/meminfo": meminfo(8_192_000),
        "proc/diskstats": diskstats(at.sectors, at.sectors / 4),
        "proc/net/dev": netdev(at.received),
        "proc/pressure/memory": PRESSURE,
        "sys/block/nvme0n1/size": "1",
        "sys/block/sda/size": "1",
      });

    it("has rates over just the time between two readings", async () => {
      all({ busy: 100, sectors: 1000, received: 1000 });
      const system = reader();
      const first = await system.read();
      assert.equal(first.cpu, undefined);
      assert.equal(first.disks, undefined);
      assert.deepEqual(first.memory, { total: 16_384_000 * 1024, used: 8_192_000 * 1024, available: 8_192_000 * 1024 });
      assert.deepEqual(first.swap, { total: 2_048_000 * 1024, used: 1_024_000 * 1024 });
      assert.deepEqual(first.pressure, { memory: { some: 0.125, full: 0.02 } });
      assert.ok((first.fileSystem?.free ?? 0) > 0);
      clock += 2;
      all({ busy: 200, sectors: 3000, received: 5000 });
      const second = await system.read();
      assert.equal(second.cpu, 1);
      assert.deepEqual(second.cores, [1, 1]);
      assert.deepEqual(second.disks, [
        { name: "nvme0n1", readRate: 512_000, writeRate: 1_024_000, busy: 0.25 },
        { name: "sda", readRate: 0, writeRate: 0, busy: 0 },
      ]);
      assert.deepEqual(second.networks?.[0], { name: "eth0", receiveRate: 2000, transmitRate: 1000 });
      assert.deepEqual(errors, []);
      system.dispose();
    });

    it("agrees with what a real kernel counted between two looks", async () => {
      root.record("first");
      const system = reader();
      await system.read();
      root.record("second");
      clock += 2.41;
      const sample = await system.read();
      system.dispose();
      assert.deepEqual(errors, []);
      const near = (told: number | undefined, known: number) =>
        assert.ok(Math.abs((told ?? Number.NaN) - known) <= 1e-9 * known, `${told} is not ${known}`);
      near(sample.cpu, 410 / 480);
      assert.equal(sample.cores?.length, 2);
      near(sample.cores?.[0], 204 / 240);
      near(sample.cores?.[1], 206 / 240);
      assert.deepEqual(
        sample.disks?.map(({ name }) => name),
        ["vda"],
      );
      near(sample.disks?.[0]?.readRate, (552 * 512) / 2.41);
      near(sample.disks?.[0]?.writeRate, (122_904 * 512) / 2.41);
      near(sample.disks?.[0]?.busy, 0.028 / 2.41);
      assert.deepEqual(
        sample.networks?.map(({ name }) => name),
        ["eth0"],
      );
      near(sample.networks?.[0]?.receiveRate, 1135 / 2.41);
      near(sample.networks?.[0]?.transmitRate, 1135 / 2.41);
      assert.deepEqual(sample.memory, {
        total: 24_684_092 * 1024,
        used: (24_684_092 - 23_652_480) * 1024,
        available: 23_652_480 * 1024,
      });
      near(sample.pressure?.cpu?.some, 0.4564);
      near(sample.pressure?.io?.some, 0.0002);
      near(sample.pressure?.io?.full, 0.0001);
      assert.deepEqual(sample.pressure?.memory, { some: 0, full: 0 });
      for (const absent of ["swap", "cpuLimit", "temperatures"] as const) assert.ok(!(absent in sample), absent);
    });

    it("has no rate over a counter that fell, nor while the clock stands still or goes back", async () => {
      all({ busy: 500, sectors: 9000, received: 9000 });
      const system = reader();
      await system.read();
      clock += 1;
      all({ busy: 100, sectors: 100, received: 100 });
      const fallen = await system.read();
      assert.equal(fallen.cpu, 0);
      assert.deepEqual(fallen.disks, [{ name: "sda", readRate: 0, writeRate: 0, busy: 0 }]);
      assert.equal(fallen.networks, undefined);
      assert.equal((await system.read()).cpu, undefined);
      clock -= 50;
      const back = await system.read();
      assert.deepEqual([back.cpu, back.disks, back.networks], [undefined, undefined, undefined]);
      clock += 1;
      all({ busy: 110, sectors: 1100, received: 300 });
      const again = await system.read();
      assert.equal(again.disks?.[0]?.readRate, 512_000);
      assert.equal(again.networks?.[0]?.receiveRate, 200);
      system.dispose();
    });

    it("has the same rates whatever happens to the time of day", async () => {
      all({ busy: 100, sectors: 1000, received: 1000 });
      const system = reader();
      await system.read();
      const { now } = Date;
      try {
        for (const [i, jump] of [3600e3, -3600e3].entries()) {
          Date.now = () => now() + jump;
          clock += 1;
          all({ busy: 100 + 100 * (i + 1), sectors: 1000 + 1000 * (i + 1), received: 1000 });
          const sample = await system.read();
          assert.equal(sample.cpu, 1);
          assert.equal(sample.disks?.[0]?.readRate, 512_000);
          assert.ok(Math.abs(sample.time * 1000 - now() - jump) < 60_000);
        }
      } finally {
        Date.now = now;
        system.dispose();
      }
    });

    it("leaves cores out while one of them comes or goes, and tells the machine's CPU on", async () => {
      root.write({ "proc/stat": stat(100, 900), "proc/meminfo": meminfo(1000) });
      const system = reader();
      await system.read();
      clock += 1;
      root.write({ "proc/stat": stat(200, 900).replace(/cpu0.*\n/, "") });
      const sample = await system.read();
      assert.equal(sample.cpu, 1);
      assert.equal(sample.cores, undefined);
      system.dispose();
    });

    it("loses the part whose file fails, and only that", async () => {
      all({ busy: 100, sectors: 1000, received: 1000 });
      for (const file of ["diskstats", "pressure/memory"]) {
        rmSync(join(root.path, "proc", file));
        mkdirSync(join(root.path, "proc", file));
      }
      const system = reader();
      await system.read();
      clock += 1;
      root.write({ "proc/stat": stat(200, 900), "proc/net/dev": netdev(3000) });
      const sample = await system.read();
      assert.deepEqual([sample.cpu, sample.networks?.[0]?.receiveRate], [1, 2000]);
      assert.equal(sample.memory.available, 8_192_000 * 1024);
      assert.deepEqual([sample.disks, sample.pressure], [undefined, undefined]);
      assert.equal(errors.length, 4);
      for (const error of errors) assert.match(error, /EISDIR/);
      system.dispose();
    });

    it("loses one part with its file, and says nothing of what is only not there", async () => {
      root.write({ "proc/stat": stat(1, 1), "proc/meminfo": meminfo(1000) });
      const system = reader();
      const sample = await system.read();
      assert.equal(sample.memory.available, 1000 * 1024);
      assert.equal(sample.pressure, undefined);
      clock += 1;
      root.write({ "proc/stat": stat(2, 1) });
      assert.equal((await system.read()).cpu, 1);
      system.dispose();
      const nothing = linuxSystem({ root: "/nowhere", storeFolder: undefined, onError: () => {}, clock: () => clock });
      const { memory } = await nothing.read();
      assert.equal(memory.total, totalmem());
      assert.equal(memory.used, memory.total - memory.available);
      assert.ok(memory.available > 0);
    });

    it("is the container where that is smaller", async () => {
      root.write({
        "proc/meminfo": meminfo(8_192_000),
        "proc/self/cgroup": "0::/\n",
        "sys/fs/cgroup/memory.max": `${GIB}\n`,
        "sys/fs/cgroup/memory.current": `${GIB / 4}\n`,
        "sys/fs/cgroup/cpu.max": "150000 100000\n",
      });
      const system = reader();
      const sample = await system.read();
      assert.equal(sample.cpuLimit, 1.5);
      assert.deepEqual(sample.memory, {
        total: GIB,
        used: GIB / 4,
        available: (GIB * 3) / 4,
        limited: true,
      });
      system.dispose();
    });

    it("holds no file when it is disposed of", async () => {
      const open = () => readdirSync("/proc/self/fd").length;
      const before = open();
      const system = linuxSystem({ storeFolder: undefined, onError: () => {} });
      const sample = await system.read();
      assert.ok(open() > before);
      assert.ok(sample.memory.total <= totalmem() * 1.001);
      system.dispose();
      assert.equal(open(), before);
    });
  });

  describe("readings of the machine", () => {
    const samplers: SystemSampler[] = [];
    const start = (interval: number, root?: string) => {
      const samples: SystemSample[] = [];
      const errors: string[] = [];
      const sampler = systemSampler({
        interval,
        onSample: (sample) => void samples.push(sample),
        onError: ({ message }) => void errors.push(message),
        ...(root !== undefined && { root }),
      });
      samplers.push(sampler);
      return { samples, errors, sampler };
    };
    afterEach(() => {
      for (const sampler of samplers.splice(0)) sampler.dispose();
    });

    it("come at their interval, which may change, stop and go on", async () => {
      const { samples, errors, sampler } = start(0.2);
      await until("three readings", () => samples.length >= 3);
      assert.ok((samples[1]?.cores?.length ?? 0) > 0);
      const times = samples.map(({ time }) => time);
      for (const [i, time] of times.slice(1).entries()) assert.ok(time - (times[i] ?? 0) > 0.15, String(times));
      sampler.setInterval(0);
      const count = samples.length;
      const other = start(0.2);
      await until("another's three", () => other.samples.length >= 3);
      assert.equal(samples.length, count);
      sampler.setInterval(3600);
      await until("one at once", () => samples.length === count + 1);
      other.samples.length = 0;
      await until("another's three", () => other.samples.length >= 3);
      assert.equal(samples.length, count + 1);
      assert.deepEqual(errors, []);
    });

    it("are none at an interval of 0, or of less, or once disposed of", async () => {
      const none = [start(0), start(-1), start(Number.NaN)];
      const over = start(0.2);
      over.sampler.dispose();
      over.sampler.setInterval(1);
      const other = start(0.2);
      await until("another's three", () => other.samples.length >= 3);
      for (const { samples } of [...none, over]) assert.equal(samples.length, 0);
    });

    it("tell a failure once, and go on with the others", async () => {
      const root = new Root().record("first");
      try {
        rmSync(join(root.path, "proc/net/dev"));
        mkdirSync(join(root.path, "proc/net/dev"));
        const { samples, errors } = start(0.2, root.path);
        await until("three readings", () => samples.length >= 3);
        assert.equal(errors.length, 1);
        assert.match(errors[0] ?? "", /EISDIR/);
        assert.equal(samples.at(-1)?.disks?.[0]?.name, "vda");
      } finally {
        root.remove();
      }
    });
  });
}
