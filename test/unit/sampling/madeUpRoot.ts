import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A made-up `/`, of files by path. */
export class Root {
  readonly path = mkdtempSync(join(tmpdir(), "system-"));

  write(files: Record<string, string>): this {
    for (const [name, text] of Object.entries(files)) {
      const file = join(this.path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return this;
  }

  /** Files that a real machine's kernel wrote, of test/fixtures/proc; in place, as the kernel's change. */
  record(name: "first" | "second"): this {
    cpSync(join(import.meta.dirname, "../../fixtures/proc/recorded", name), this.path, { recursive: true });
    return this;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** As a kernel of two cores writes them; `busy` and `idle` in ticks of each core. */
export const stat = (busy: number, idle: number) =>
  `cpu  ${2 * busy} 0 0 ${2 * idle} 30 0 0 0 0 0\ncpu0 ${busy} 0 0 ${idle} 10 0 0 0 0 0\ncpu1 ${busy} 0 0 ${idle} 20 0 0 0 0 0\nintr 1 2 3\nctxt 99\n`;
export const meminfo = (available: number) =>
  `MemTotal:       16384000 kB\nMemFree:         1000000 kB\nMemAvailable:   ${available} kB\nBuffers:          100000 kB\nCached:          2000000 kB\nSwapTotal:       2048000 kB\nSwapFree:        1024000 kB\n`;
/** Fields of Documentation/admin-guide/iostats: an NVMe disk with a part, a SATA disk, what is made of them, a loop. */
export const diskstats = (sectors: number, busy: number) =>
  [
    ` 259       0 nvme0n1 100 0 ${sectors} 50 200 0 ${2 * sectors} 70 0 ${busy} 120 0 0 0 0 5 6`,
    ` 259       1 nvme0n1p1 90 0 ${sectors} 50 200 0 ${2 * sectors} 70 0 ${busy} 120 0 0 0 0 5 6`,
    "   8       0 sda 10 0 80 5 20 0 160 7 0 12 12 0 0 0 0 0 0",
    `   8       1 sda1 10 0 80 5 20 0 160 7 0 12 12`,
    ` 253       0 dm-0 90 0 ${sectors} 50 200 0 ${2 * sectors} 70 0 ${busy} 120 0 0 0 0 0 0`,
    "   7       0 loop0 9 0 900 5 0 0 0 0 0 1 5 0 0 0 0 0 0",
  ].join("\n");
export const netdev = (received: number) =>
  `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 5000000 100 0 0 0 0 0 0 5000000 100 0 0 0 0 0 0
  eth0: ${received} 90 0 0 0 0 0 0 ${received / 2} 80 0 0 0 0 0 0
wlp3s0:${received}00 90 0 0 0 0 0 0 7 80 0 0 0 0 0 0
docker0: 777 1 0 0 0 0 0 0 777 1 0 0 0 0 0 0
br-5f2a: 777 1 0 0 0 0 0 0 777 1 0 0 0 0 0 0
veth12a: 777 1 0 0 0 0 0 0 777 1 0 0 0 0 0 0
`;
export const PRESSURE =
  "some avg10=12.50 avg60=3.00 avg300=1.00 total=123\nfull avg10=2.00 avg60=0.50 avg300=0.10 total=45\n";
