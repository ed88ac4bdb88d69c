import assert from "node:assert/strict";
import { join } from "node:path";
import { readCgroup } from "../../../src/inputs/sampling/system/cgroup.ts";
import {
  cpuShare,
  parseCpuTimes,
  parseDisks,
  parseMemory,
  parseNetworks,
  parsePressure,
} from "../../../src/inputs/sampling/system/parse.ts";
import { readTemperatures } from "../../../src/inputs/sampling/system/sensors.ts";
import { diskstats, meminfo, netdev, PRESSURE, Root, stat } from "./madeUpRoot.ts";

const GIB = 2 ** 30;

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
    assert.equal(old?.available, 3_100_000 * 1024);
    assert.equal(parseMemory(""), undefined);
    assert.equal(parseMemory("garbage\nMemTotal: much\n"), undefined);
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
    const line = (name: string) => `${name}: 1 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0`;
    const names = ["bond0", "eth0", "eth0.20", "vlan7", "br0", "wg0", "tun0", "team0", "eno1", "usb0"];
    assert.deepEqual([...parseNetworks(names.map(line).join("\n")).keys()], ["eth0", "eno1", "usb0"], "each byte once");
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

  it("are found in version 1 where the container's group has another name outside", () => {
    const told = limits({
      "proc/self/cgroup": "5:cpu,cpuacct:/docker/1\n4:memory:/docker/1\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "1073741824\n",
      "sys/fs/cgroup/memory/memory.usage_in_bytes": "536870912\n",
      "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n",
      "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    });
    assert.deepEqual(told, { memory: { limit: GIB, used: 0.5 * GIB }, cpus: 0.5 });
  });

  it("are none in version 1 where all that is written is the largest number, as a real kernel does", () => {
    assert.deepEqual(readCgroup(root.record("first").path, 24_684_092 * 1024), {});
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
      "sys/class/hwmon/hwmon1/temp3_input": "n/a\n",
      "sys/class/hwmon/hwmon1/temp4_input": "",
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
