import { linkTarget, namesIn, readText } from "./files.ts";

/** Which descriptors of a process are a GPU's is looked up anew after so long, ms: that is most of the cost. */
const LOOK_AGAIN = 10_000;

/** One process' use of one GPU, by the kernel's `drm-usage-stats` (/proc/PID/fdinfo). */
export interface DrmClient {
  pid: number;
  /** Of the card. */
  pci: string;
  id: string;
  /** Seconds that each kind of engine was busy so far, and how many of the kind there are. */
  engines: ReadonlyMap<string, { busy: number; capacity: number }>;
  /** Ticks that an engine was busy and that passed in all (the xe driver). */
  cycles: ReadonlyMap<string, { busy: number; total: number; capacity: number }>;
  /** Resident bytes by region: `vram`, `vram0`, `local0`, `gtt`, `system0`. */
  memory: ReadonlyMap<string, number>;
}

/** Reads the GPU descriptors of given processes; one that children inherited counts once, for the first that has it. */
export class DrmClients {
  readonly #proc: string;
  readonly #descriptors = new Map<number, { names: string[]; at: number }>();

  constructor(proc: string) {
    this.#proc = proc;
  }

  read(pids: readonly number[]): DrmClient[] {
    for (const pid of this.#descriptors.keys()) if (!pids.includes(pid)) this.#descriptors.delete(pid);
    const clients = new Map<string, DrmClient>();
    for (const pid of pids)
      for (const name of this.#names(pid)) {
        const client = parse(pid, readText(this.#proc, `${pid}`, "fdinfo", name));
        const key = client && `${client.pci} ${client.id}`;
        if (key && !clients.has(key)) clients.set(key, client);
      }
    return [...clients.values()];
  }

  #names(pid: number): string[] {
    const now = performance.now();
    const known = this.#descriptors.get(pid);
    if (known && now - known.at < LOOK_AGAIN) return known.names;
    const names = namesIn(this.#proc, `${pid}`, "fd").filter((name) =>
      linkTarget(this.#proc, `${pid}`, "fd", name)?.startsWith("/dev/dri/"),
    );
    this.#descriptors.set(pid, { names, at: now });
    return names;
  }
}

const UNITS: Record<string, number> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** Undefined for a descriptor that is no GPU's, or of a driver that does not tell. */
function parse(pid: number, text: string | undefined): DrmClient | undefined {
  const pairs = new Map<string, string>();
  for (const line of text?.split("\n") ?? []) {
    const [, key, value] = /^(drm-[^:]+):\s*(.*)$/.exec(line) ?? [];
    if (key && value !== undefined) pairs.set(key, value.trim());
  }
  const [pci, id] = [pairs.get("drm-pdev"), pairs.get("drm-client-id")];
  if (!pci || !id) return undefined;
  const engines = new Map<string, { busy: number; capacity: number }>();
  const cycles = new Map<string, { busy: number; total: number; capacity: number }>();
  const memory = new Map<string, number>();
  for (const [key, value] of pairs) {
    const [, kind, name = ""] = /^drm-(engine|cycles|resident|memory)-(?!capacity-)(.+)$/.exec(key) ?? [];
    const capacity = Number(pairs.get(`drm-engine-capacity-${name}`) ?? 1) || 1;
    const [count = "", unit] = value.split(/\s+/);
    const number = Number(count);
    if (!Number.isFinite(number)) continue;
    if (kind === "engine") engines.set(name, { busy: number / 1e9, capacity });
    else if (kind === "cycles")
      cycles.set(name, { busy: number, total: Number(pairs.get(`drm-total-cycles-${name}`)), capacity });
    // amdgpu's older name gives way to the standard one.
    else if (kind === "resident" || (kind === "memory" && !memory.has(name)))
      memory.set(name, number * (UNITS[unit ?? ""] ?? 1));
  }
  return { pid, pci, id, engines, cycles, memory };
}

/** Bytes by process in the regions that fit, of one card; processes without any are left out. */
export function memoryByProcess(clients: readonly DrmClient[], pci: string, region: RegExp) {
  const sums = new Map<number, number>();
  for (const { pid, memory, ...client } of clients) {
    if (client.pci !== pci) continue;
    for (const [name, bytes] of memory) if (region.test(name)) sums.set(pid, (sums.get(pid) ?? 0) + bytes);
  }
  return [...sums].filter(([, memory]) => memory > 0).map(([pid, memory]) => ({ pid, memory }));
}
