import { Bursts } from "../burst.ts";
import { linkTarget, namesIn } from "../files.ts";
import { cellNumber, MIB } from "./cells.ts";

/** Asked of each process that computes on a card. */
export const APP_FIELDS = "timestamp,pid,used_gpu_memory,gpu_uuid";

interface App {
  /** Undefined where it is hidden. */
  pid: number | undefined;
  gpu: string;
  /** Bytes; undefined where it is not told. */
  memory: number | undefined;
}

/** The processes of all cards by `--query-compute-apps`, which prints nothing at all while there are none. */
export class Apps {
  readonly #bursts = new Bursts();
  #stamp = Number.NaN;
  /** When it first showed that it works, by the clock that is never set. */
  #answeredAt: number | undefined;

  /** @param interval of the tool, seconds; false for a line that is neither heading nor process */
  take(line: string, interval: number, now: number): boolean {
    if (/^timestamp,/.test(line)) {
      this.#answeredAt ??= now;
      return true;
    }
    const cells = line.split(",").map((cell) => cell.trim());
    const stamp = Date.parse(`${(cells[0] ?? "").replaceAll("/", "-").replace(" ", "T")}Z`);
    if (cells.length !== 4 || Number.isNaN(stamp)) return false;
    // Rows of one look differ by milliseconds.
    const begins = !(Math.abs(stamp - this.#stamp) < interval * 500);
    if (begins) this.#stamp = stamp;
    this.#bursts.add(line, begins, now);
    this.#answeredAt ??= now;
    return true;
  }

  /** The tool has shown that it works. */
  get answered(): boolean {
    return this.#answeredAt !== undefined;
  }

  /** Undefined before the tool has told, or had the time to; none when its last two looks showed none. */
  all(interval: number, now: number): App[] | undefined {
    const burst = this.#bursts.latest(now);
    const silence = interval * 2.5 + 0.5;
    if (burst && now - burst.last < silence) return burst.lines.map(app);
    return this.#answeredAt !== undefined && now - this.#answeredAt > silence ? [] : undefined;
  }

  /** What it told counts no more: it has to show anew that it works. */
  clear(): void {
    this.#bursts.clear();
    this.#answeredAt = undefined;
  }
}

function app(line: string): App {
  const [, pid = "", memory, gpu = ""] = line.split(",").map((cell) => cell.trim());
  return { pid: /^\d+$/.test(pid) ? Number(pid) : undefined, memory: cellNumber(memory, MIB), gpu };
}

/**
 * Where pids are counted anew (a container), older drivers tell the machine's pids, which may be another process's here:
 * only one that has the driver's devices open is meant.
 */
export class Holders {
  readonly #proc: string;
  readonly #known = new Map<number, boolean>();

  constructor(proc: string) {
    this.#proc = proc;
  }

  has(pid: number): boolean {
    const known = this.#known.get(pid);
    if (known !== undefined) return known;
    const fds = namesIn(this.#proc, `${pid}`, "fd");
    const holds = fds.some((fd) => linkTarget(this.#proc, `${pid}`, "fd", fd)?.startsWith("/dev/nvidia"));
    this.#known.set(pid, holds);
    return holds;
  }

  /** Forgets those that are no longer told of: their pids may come again. */
  keep(pids: ReadonlySet<number>): void {
    for (const pid of this.#known.keys()) if (!pids.has(pid)) this.#known.delete(pid);
  }
}
