import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { Root } from "./madeUpRoot.ts";

export interface Life {
  parent?: number;
  state?: string;
  /** Seconds from its start to when it is first told of; an hour where it does not matter. */
  age?: number;
  /** Seconds of its own, and of the children that it waited for. */
  cpu?: number;
  childCpu?: number;
  children?: number[];
  /** Bytes from and to disks. */
  io?: [read: number, written: number];
  /** What its descriptors point at. */
  links?: string[];
}

/** A made-up /proc. Its kernel is older than 3.5, or built without it, when it does not list `children`. */
export class MadeUpProc {
  readonly #root = new Root();
  readonly path = join(this.#root.path, "proc");
  readonly #listsChildren: boolean;
  /** Ticks since the boot. */
  readonly #starts = new Map<number, number>();

  constructor(listsChildren = true) {
    this.#listsChildren = listsChildren;
    mkdirSync(this.path);
  }

  /** Begins a process, or changes what is told of it: in place, as the kernel does. */
  set(pid: number, life: Life): this {
    const { parent = 1, state = "S", cpu = 0, childCpu = 0, children = [], io, links = [] } = life;
    const ticks = (seconds: number) => Math.round(seconds * 100);
    const start = this.#starts.get(pid) ?? ticks(uptime() - (life.age ?? 3600));
    this.#starts.set(pid, start);
    const times = `${ticks(cpu)} 0 ${ticks(childCpu)} 0`;
    const stat = `${pid} (made (up)) ${state} ${parent} 1 1 0 -1 0 0 0 0 0 ${times} 20 0 3 0 ${start} 1000000 100 0 0 0`;
    const task = `proc/${pid}/task/${pid}`;
    this.#root.write({
      [`proc/${pid}/stat`]: stat,
      [`proc/${pid}/cmdline`]: "/usr/bin/made-up\0",
      [`${task}/status`]: "voluntary_ctxt_switches:\t10\nnonvoluntary_ctxt_switches:\t5\n",
      ...(this.#listsChildren && { [`${task}/children`]: children.map((child) => `${child} `).join("") }),
      ...(io && { [`proc/${pid}/io`]: `rchar: 1\nwchar: 1\nread_bytes: ${io[0]}\nwrite_bytes: ${io[1]}\n` }),
    });
    rmSync(join(this.path, `${pid}/fd`), { recursive: true, force: true });
    mkdirSync(join(this.path, `${pid}/fd`));
    for (const [i, link] of links.entries()) symlinkSync(link, join(this.path, `${pid}/fd/${i}`));
    return this;
  }

  write(files: { [name: string]: string }): this {
    for (const [name, text] of Object.entries(files)) this.#root.write({ [`proc/${name}`]: text });
    return this;
  }

  /** Ends a process: descriptors of its files that somebody kept have nothing more to tell. */
  end(pid: number): this {
    this.#starts.delete(pid);
    for (const file of ["stat", "io", `task/${pid}/children`])
      try {
        truncateSync(join(this.path, String(pid), file));
      } catch {
        // It had none.
      }
    rmSync(join(this.path, String(pid)), { recursive: true });
    return this;
  }

  remove(): void {
    this.#root.remove();
  }
}

const uptime = () => Number.parseFloat(readFileSync("/proc/uptime", "latin1"));
