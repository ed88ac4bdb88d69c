import { realpathSync } from "node:fs";
import type { ThreadNotes } from "../inputs/inspector/handles/handleRecorder.ts";
import { isOwn } from "../judges/leaks/explain/allocations.ts";
import { Sources } from "../judges/leaks/explain/sources.ts";
import type { LeakLocation } from "../model/leaks.ts";
import type { HandleFrame, HandleOrigin, OpenHandle } from "../model/openHandles.ts";

/** Where handles of an agent's process were made, as its threads noted it, in the files as they were written. */
export class HandleOrigins {
  readonly #descriptors = new Map<number, { origin: HandleOrigin; path: string | null }>();
  readonly #ports = new Map<number, HandleOrigin>();
  readonly #sources: Sources;

  /** @param startTime of the process, Unix seconds */
  constructor(notes: readonly ThreadNotes[], startTime: number) {
    this.#sources = new Sources(startTime);
    for (const { thread, sites, descriptors, ports } of notes) {
      const places = sites.map((frames) => this.#place(frames));
      const originOf = (time: number, site: number): HandleOrigin => ({
        time,
        thread,
        ...(places[site] ?? { frames: [], location: null }),
      });
      for (const [fd, time, site, path] of descriptors) {
        // Of two the later: the earlier one was closed in a way that nobody saw.
        if ((this.#descriptors.get(fd)?.origin.time ?? 0) > time) continue;
        this.#descriptors.set(fd, { origin: originOf(time, site), path });
      }
      for (const [port, time, site] of ports) this.#ports.set(port, originOf(time, site));
    }
  }

  /** Why no line is shown of files that are no longer what runs. */
  get note(): string | undefined {
    return this.#sources.note;
  }

  /** Undefined when nobody saw it being made. */
  of({ fd, kind, target, local }: OpenHandle): HandleOrigin | undefined {
    if (kind === "udp") return local && this.#ports.get(local.port);
    const noted = this.#descriptors.get(fd);
    if (!noted || noted.path === null) return noted?.origin;
    // A number that was opened, closed unseen, and given to something else is not what was noted.
    return noted.path === target || realPath(noted.path) === target ? noted.origin : undefined;
  }

  #place(site: ThreadNotes["sites"][number]): Pick<HandleOrigin, "frames" | "location"> {
    const frames = site.map(([file, line, column, name]): HandleFrame => ({ file, line, column, function: name }));
    const own = frames.find(({ file }) => isOwn(file));
    return { frames, location: own ? this.#line(own) : null };
  }

  #line({ file, line, column }: HandleFrame): LeakLocation | null {
    const place = this.#sources.find({ file, line: line - 1, column: column - 1 });
    return place ? { file: place.text.file, line: place.line + 1, column: place.column + 1 } : null;
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
