import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { readCgroup } from "../../../src/inputs/sampling/system/cgroup.ts";
import { linuxSystem } from "../../../src/inputs/sampling/system/linuxSystem.ts";
import {
  cpuShare,
  parseCpuTimes,
  parseDisks,
  parseMemory,
  parseNetworks,
  parsePressure,
} from "../../../src/inputs/sampling/system/parse.ts";
import { readTemperatures } from "../../../src/inputs/sampling/system/sensors.ts";
import { systemSampler } from "../../../src/inputs/sampling/system/systemSampler.ts";
import type { SystemSample } from "../../../src/model/resources.ts";
import { until } from "../../support/until.ts";

const GIB = 2 ** 30;

/** A made-up `/`, of files by path. */
class Root {
  readonly path = mkdtempSync(join(tmpdir(), "system-"));

  write(files: Record<string, string>): this {
    for (const [name, text] of Object.entries(files)) {
      const file = join(this.path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return this;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** As a kernel of two cores writes them; `busy` and `idle` in ticks of each core. */
const stat = (busy: number, idle: number) =>
  `cpu  ${2 * busy} 0 0 ${2 * idle} 30 0 0 0 0 0\ncpu0 ${busy} 0 0 ${idle} 10 0 0 0 0 0\ncpu1 ${busy} 0 0 ${idle} 20 0 0 0 0 0\nintr 1 2 3\nctxt 99\n`;
const meminfo = (available: number) =>
  `MemTotal:       16384000 kB\nMemFree:         1000000 kB\nMemAvailable:   ${available} kB\nBuffers:          100000 kB\nCached:          2000000 kB\nSwapTotal:       2048000 kB\nSwapFree:        1024000 kB\n`;
/** Fields of Documentation/admin-guide/iostats: an NVMe disk with a part, a SATA disk, what is made of them, a loop. */
const diskstats = (sectors: number, busy: number) =>
  [
    ` 259       0 nvme0n1 100 0 ${sectors} 50 200 0 ${2 * sectors} 70 0 ${busy} 120 0 0 0 0 5 6`,
    ` 259       1 nvme0n1p1 90 0 ${sectors} 50 200 0 ${2 * sectors} 70 0 ${busy} 120 0 0 0 0 5 6`,
    "   8       0 sda 10 0 80 5 20 0 160 7 0 12 12 0 0 0 0 0 0",
    `   8       1 sda1 10 0 80 5 20 0 160 7 0 12 12`,
    ` 253       0 dm-0 90 0 ${sectors} 50 200 0 ${2 * sectors} 70 0 ${busy} 120 0 0 0 0 0 0`,
    "   7       0 loop0 9 0 900 5 0 0 0 0 0 1 5 0 0 0 0 0 0",
  ].join("\n");
const netdev = (received: number) =>
  `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 5000000 100 0 0 0 0 0 0 5000000 100 0 0 0 0 0 0
  eth0: ${received} 90 0 0 0 0 0 0 ${received / 2} 80 0 0 0 0 0 0
wlp3s0:${received}00 90 0 0 0 0 0 0 7 80 0 0 0 0 0 0
docker0: 777 1 0 0 0 0 0 0 777 1 0 0 0 0 0 0
br-5f2a: 777 1 0 0 0 0 0 0 777 1 0 0 0 0 0 0
veth12a: 777 1 0 0 0 0 0 0 777 1 0 0 0 0 0 0
`;
const PRESSURE = "some avg10=12.50 avg60=3.00 avg300=1.00 total=123\nfull avg10=2.00 avg60=0.50 avg300=0.10 total=45\n";

describe("files of the whole machine", () => {
  it("tell CPU without what only waits for a disk", () => {
    const before = parseCpuTimes(stat(100, 900));
    const now = parseCpuTimes(stat(150, 950));
    assert.ok(before && now);
    assert.equal(now.cores.length, 2);
    assert.equal(cpuShare(before.total, now.total), 0.5);
    assert.equal(cpuShare(now.total, now.total), 0);
    // A core that was switched off and on again counts anew.
    assert.equal(cpuShare(now.total, before.total), 0);
    assert.equal(parseCpuTimes(""), undefined);
  });

  it("tell memory that programs can still get, also on kernels that do not say so", () => {
    const told = parseMemory(meminfo(8_192_000));
    assert.deepEqual(told, {
      total: 16_384_000 * 1024,
      available: 8_192_000 * 1024,
      swapTotal: 2_048_000 * 1024,
      swapUsed: 1_024_000 * 1024,
    });
    const old = parseMemory(meminfo(0).replace(/MemAvailable.*\n/, ""));
    assert.equal(old.available, 3_100_000 * 1024);
  });

  it("tell pressure where the kernel does", () => {
    assert.deepEqual(parsePressure(PRESSURE), { some: 0.125, full: 0.02 });
    assert.deepEqual(parsePressure("some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"), { some: 0 });
    assert.equal(parsePressure(""), undefined);
  });

  it("tell each disk once", () => {
    const isDisk = (name: string) => ["nvme0n1", "sda", "dm-0", "loop0"].includes(name);
    const disks = parseDisks(diskstats(2048, 500), isDisk);
    assert.deepEqual([...disks.keys()], ["nvme0n1", "sda"]);
    assert.deepEqual(disks.get("nvme0n1"), { read: 2048 * 512, written: 4096 * 512, busy: 0.5 });
    assert.equal(parseDisks("", isDisk).size, 0);
    assert.equal(parseDisks("garbage\n 1 2\n", isDisk).size, 0);
  });

  it("tell each interface once, without blanks before its figures too", () => {
    const networks = parseNetworks(netdev(1000));
    assert.deepEqual(
      [...networks],
      [
        ["eth0", { received: 1000, transmitted: 500 }],
        ["wlp3s0", { received: 100_000, transmitted: 7 }],
      ],
    );
  });
});

describe("limits of a container", () => {
  let root: Root;
  beforeEach(() => {
    root = new Root();
  });
  afterEach(() => root.remove());
  const limits = (files: Record<string, string>) => readCgroup(root.write(files).path, 16 * GIB);

  it("are those of version 2, without what the kernel can drop", () => {
    const group = "sys/fs/cgroup/system.slice/docker-1.scope";
    const told = limits({
      "proc/self/cgroup": "0::/system.slice/docker-1.scope\n",
      [`${group}/memory.max`]: "4294967296\n",
      [`${group}/memory.current`]: "3221225472\n",
      [`${group}/memory.stat`]: "anon 1\nfile 2\ninactive_file 1073741824\n",
      [`${group}/cpu.max`]: "150000 100000\n",
      "sys/fs/cgroup/system.slice/memory.max": "max\n",
      "sys/fs/cgroup/system.slice/cpu.max": "max 100000\n",
    });
    assert.deepEqual(told, { memory: { limit: 4 * GIB, used: 2 * GIB }, cpus: 1.5 });
  });

  it("are the lowest on the way up", () => {
    const told = limits({
      "proc/self/cgroup": "0::/a/b\n",
      "sys/fs/cgroup/a/b/memory.max": "8589934592\n",
      "sys/fs/cgroup/a/b/memory.current": "1073741824\n",
      "sys/fs/cgroup/a/memory.max": "2147483648\n",
      "sys/fs/cgroup/a/memory.current": "1610612736\n",
      "sys/fs/cgroup/a/b/cpu.max": "400000 100000\n",
      "sys/fs/cgroup/a/cpu.max": "50000 100000\n",
    });
    assert.deepEqual(told, { memory: { limit: 2 * GIB, used: 1.5 * GIB }, cpus: 0.5 });
  });

  it("are those of version 1", () => {
    const told = limits({
      "proc/self/cgroup": "5:cpu,cpuacct:/docker/1\n4:memory:/docker/1\n1:name=systemd:/docker/1\n",
      "sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes": "1073741824\n",
      "sys/fs/cgroup/memory/docker/1/memory.usage_in_bytes": "536870912\n",
      "sys/fs/cgroup/memory/docker/1/memory.stat": "inactive_file 9\ntotal_inactive_file 268435456\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "sys/fs/cgroup/cpu/docker/1/cpu.cfs_quota_us": "200000\n",
      "sys/fs/cgroup/cpu/docker/1/cpu.cfs_period_us": "100000\n",
      "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
      "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    });
    assert.deepEqual(told, { memory: { limit: GIB, used: 0.25 * GIB }, cpus: 2 });
  });

  it("are found where a container sees its own group as the root", () => {
    const told = limits({
      "proc/self/cgroup": "0::/\n",
      "sys/fs/cgroup/memory.max": "1073741824\n",
      "sys/fs/cgroup/memory.current": "1048576\n",
      "sys/fs/cgroup/cpu.max": "max 100000\n",
    });
    assert.deepEqual(told, { memory: { limit: GIB, used: 2 ** 20 } });
  });

  it("are none where nothing limits, or less than the machine itself does", () => {
    assert.deepEqual(limits({ "proc/self/cgroup": "0::/user.slice\n" }), {});
    assert.deepEqual(limits({ "sys/fs/cgroup/user.slice/memory.max": "max\n" }), {});
    assert.deepEqual(limits({ "sys/fs/cgroup/user.slice/memory.max": "18446744073709551615\n" }), {});
    assert.deepEqual(limits({ "sys/fs/cgroup/user.slice/memory.max": `${32 * GIB}\n` }), {});
    assert.deepEqual(readCgroup(join(root.path, "nowhere"), GIB), {});
  });
});

describe("temperatures", () => {
  let root: Root;
  beforeEach(() => {
    root = new Root();
  });
  afterEach(() => root.remove());

  it("have the processor's first, with their labels, and none of what is not connected", () => {
    root.write({
      "sys/class/hwmon/hwmon0/name": "nvme\n",
      "sys/class/hwmon/hwmon0/temp1_input": "38850\n",
      "sys/class/hwmon/hwmon0/temp1_label": "Composite\n",
      "sys/class/hwmon/hwmon1/name": "k10temp\n",
      "sys/class/hwmon/hwmon1/temp1_input": "61250\n",
      "sys/class/hwmon/hwmon1/temp1_label": "Tctl\n",
      "sys/class/hwmon/hwmon1/temp2_input": "-128000\n",
      "sys/class/hwmon/hwmon1/fan1_input": "1200\n",
      "sys/class/thermal/thermal_zone0/type": "acpitz\n",
      "sys/class/thermal/thermal_zone0/temp": "20000\n",
    });
    assert.deepEqual(readTemperatures(join(root.path, "sys")), [
      { name: "k10temp Tctl", celsius: 61.25 },
      { name: "nvme Composite", celsius: 38.85 },
    ]);
  });

  it("are those of thermal zones where there is no hwmon, as on many ARM boards", () => {
    root.write({
      "sys/class/thermal/thermal_zone0/type": "cpu-thermal\n",
      "sys/class/thermal/thermal_zone0/temp": "47712\n",
      "sys/class/thermal/cooling_device0/type": "fan\n",
    });
    assert.deepEqual(readTemperatures(join(root.path, "sys")), [{ name: "cpu-thermal", celsius: 47.712 }]);
    assert.deepEqual(readTemperatures("/nowhere"), []);
  });
});

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

    it("takes a counter that fell, and a clock that stood still, for nothing", async () => {
      all({ busy: 500, sectors: 9000, received: 9000 });
      const system = reader();
      await system.read();
      clock += 1;
      all({ busy: 100, sectors: 100, received: 100 });
      const fallen = await system.read();
      assert.equal(fallen.cpu, 0);
      assert.deepEqual(fallen.disks?.[0], { name: "nvme0n1", readRate: 0, writeRate: 0, busy: 0 });
      assert.equal(fallen.networks?.[0]?.receiveRate, 0);
      const still = await system.read();
      assert.equal(still.cpu, undefined);
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
      assert.deepEqual((await nothing.read()).memory, { total: 0, used: 0, available: 0 });
    });

    it("is the container where that is smaller", async () => {
      root.write({
        "proc/meminfo": meminfo(8_192_000),
        "proc/self/cgroup": "0::/\n",
        "sys/fs/cgroup/memory.max": `${GIB}\n`,
        "sys/fs/cgroup/memory.current": `${GIB / 4}\n`,
      });
      const system = reader();
      assert.deepEqual((await system.read()).memory, {
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
    it("come at their interval, which may change, stop and go on", async () => {
      const samples: SystemSample[] = [];
      const sampler = systemSampler({
        interval: 0,
        onSample: (sample) => void samples.push(sample),
        onError: (error) => assert.fail(error),
      });
      sampler.setInterval(0.2);
      await until("three readings", () => samples.length >= 3);
      assert.ok((samples[1]?.cores?.length ?? 0) > 0);
      sampler.setInterval(0);
      const count = samples.length;
      sampler.setInterval(3600);
      await until("one at once", () => samples.length > count);
      assert.ok(samples.length <= count + 2);
      sampler.dispose();
    });
  });
}
