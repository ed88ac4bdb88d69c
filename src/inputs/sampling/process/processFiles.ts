import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { KeptFile } from "../keptFile.ts";
import { ageOf, argvOf, programPath, startTimeOf } from "./linux.ts";
import { programName } from "./list.ts";

/** The kernel's USER_HZ, 100 on all architectures that Node runs on. */
const TICKS = 100;

let page: number | undefined;

/** Bytes of a page: 4096, on some ARM machines 16 or 64 KiB. Told from our own memory, as Node knows it in bytes. */
function pageSize(): number {
  if (page === undefined) {
    const pages = Number(readFileSync("/proc/self/statm", "latin1").split(" ")[1]);
    page = 2 ** Math.round(Math.log2(process.memoryUsage.rss() / pages));
  }
  return page;
}

/** What `/proc/PID/stat` tells. Times are seconds. */
export interface ProcessStat {
  state: string;
  parent: number;
  /** User and system time so far. */
  cpuTime: number;
  /** That of its children that ended and that it waited for. */
  childTime: number;
  threads: number;
  startTicks: number;
  virtual: number;
  memory: number;
}

/** Figures that cost more than a look each second is worth, per process. */
export interface SlowFigures {
  fileDescriptors?: number;
  contextSwitches?: number;
  /** Inodes of its sockets. */
  sockets: string[];
}

/** The files of one process. */
export class ProcessFiles {
  readonly pid: number;
  readonly #proc: string;
  readonly #root: string;
  readonly #stat: KeptFile;
  readonly #io: KeptFile;
  readonly #children: KeptFile;
  #name: string | undefined;

  constructor(pid: number, proc = "/proc") {
    this.pid = pid;
    this.#proc = proc;
    this.#root = `${proc}/${pid}`;
    this.#stat = new KeptFile(`${this.#root}/stat`);
    this.#io = new KeptFile(`${this.#root}/io`);
    this.#children = new KeptFile(`${this.#root}/task/${pid}/children`);
  }

  /** Undefined when it has gone. */
  stat(): ProcessStat | undefined {
    const text = this.#stat.read();
    if (!text) return undefined;
    // The program's name stands in brackets and may hold anything, blanks and brackets included.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const number = (i: number) => Number(fields[i] ?? 0);
    return {
      state: fields[0] ?? "X",
      parent: number(1),
      cpuTime: (number(11) + number(12)) / TICKS,
      childTime: (number(13) + number(14)) / TICKS,
      threads: number(17),
      startTicks: number(19),
      virtual: number(20),
      memory: number(21) * pageSize(),
    };
  }

  /** Bytes from and to disks so far; undefined for another user's. */
  io(): { read: number; written: number } | undefined {
    const text = this.#io.read();
    if (!text) return undefined;
    const read = /^read_bytes: (\d+)$/m.exec(text)?.[1];
    const written = /^write_bytes: (\d+)$/m.exec(text)?.[1];
    return read === undefined || written === undefined ? undefined : { read: Number(read), written: Number(written) };
  }

  /** Children of its main thread, which starts nearly all; undefined where the kernel does not list them. */
  children(): number[] | undefined {
    return this.#children.read()?.split(" ").filter(Boolean).map(Number);
  }

  slow(): SlowFigures {
    // One that was seen just after its fork becomes another program.
    this.#name = undefined;
    const links = names(`${this.#root}/fd`);
    const sockets = (links ?? []).flatMap((fd) => socketInode(`${this.#root}/fd/${fd}`) ?? []);
    let contextSwitches = 0;
    const threads = names(`${this.#root}/task`);
    for (const thread of threads ?? []) contextSwitches += switchesOf(`${this.#root}/task/${thread}/status`);
    return { sockets, ...(links && { fileDescriptors: links.length }), ...(threads && { contextSwitches }) };
  }

  /** The program, and its script where it runs one. */
  name(): string {
    if (this.#name === undefined) {
      const argv = argvOf(this.pid, this.#proc);
      this.#name = programName(programPath(this.pid, this.#proc) ?? argv[0] ?? "?", argv);
    }
    return this.#name;
  }

  startTime(ticks: number): number {
    return startTimeOf(ticks);
  }

  /** Seconds since its start. */
  age(ticks: number): number {
    return ageOf(ticks);
  }

  close(): void {
    this.#stat.close();
    this.#io.close();
    this.#children.close();
  }
}

function names(folder: string): string[] | undefined {
  try {
    return readdirSync(folder);
  } catch {
    return undefined; // It has gone, or is another user's.
  }
}

function socketInode(link: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(link))?.[1];
  } catch {
    return undefined; // Closed meanwhile.
  }
}

function switchesOf(file: string): number {
  try {
    const text = readFileSync(file, "latin1");
    const count = (kind: string) => Number(new RegExp(`^${kind}_ctxt_switches:\\s+(\\d+)$`, "m").exec(text)?.[1] ?? 0);
    return count("voluntary") + count("nonvoluntary");
  } catch {
    return 0; // The thread has ended.
  }
}
