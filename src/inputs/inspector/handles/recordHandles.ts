import type { ChildProcess } from "node:child_process";
import type { Socket as UdpSocket } from "node:dgram";
import type { Server, Socket } from "node:net";
import type { Guest, Tools } from "../probe/parts.ts";

/** What the agent tells of what was made meanwhile and is still open. */
export interface NotedHandles {
  /** Unix seconds. */
  since: number;
  lost: number;
  /** Callers, innermost first: file, line and column from 1, function. */
  sites: [file: string, line: number, column: number, name: string][][];
  /** Site -1: somebody else opened the connection. `path` only of what was opened as a bare number. */
  descriptors: [fd: number, time: number, site: number, path: string | null][];
  /** UDP sockets don't tell their descriptors. */
  ports: [port: number, time: number, site: number][];
}

/**
 * Notes where sockets are connected, listened at and accepted, files opened and children started, for as long as it is
 * in. It closes over nothing: its text is what travels to the agent. Objects are held weakly and asked for their
 * descriptors when somebody reads, so that what is closed is never told.
 */
export function recordHandles({ load, tap, subscribe }: Tools): Guest {
  const MOST = 20_000;
  const MOST_SITES = 2000;
  /** Frames that are looked at (fetch alone has 27 of its own), and kept. */
  const DEPTH = 64;
  const FRAMES = 6;
  type Make = (original: (...args: unknown[]) => unknown) => (this: unknown, ...args: unknown[]) => unknown;
  type Frame = NotedHandles["sites"][number][number];
  interface Noted {
    time: number;
    site: number;
    object: WeakRef<object>;
  }
  const fs = load<typeof import("node:fs")>("fs");
  const net = load<typeof import("node:net")>("net");
  const dgram = load<typeof import("node:dgram")>("dgram");
  const { ChildProcess: Children } = load<typeof import("node:child_process")>("child_process");
  const { syncBuiltinESMExports } = load<typeof import("node:module")>("module");
  const now = () => Date.now() / 1000;
  const since = now();
  const sites: Frame[][] = [];
  const siteNumbers = new Map<string, number>();
  const objects = new Map<object, Noted>();
  const files = new Map<number, { time: number; site: number; path: string }>();
  const undo: (() => void)[] = [];
  let lost = 0;
  /** Looked through when there are so many. */
  let full = 256;

  // As they were, for our end. In between they are set by assignment: what is deleted again and again becomes slow.
  const settings = Error as { stackTraceLimit?: unknown; prepareStackTrace?: unknown };
  const owned = (["stackTraceLimit", "prepareStackTrace"] as const).filter((name) => !Object.hasOwn(settings, name));
  undo.push(() => {
    for (const name of owned) if (settings[name] === undefined) delete settings[name];
  });
  const raw = (_: Error, calls: NodeJS.CallSite[]) => calls;

  /** The number of the place that called what called this; undefined when it is none of the agent's own. */
  const here = (): number | undefined => {
    const { stackTraceLimit, prepareStackTrace } = settings;
    const holder: { stack?: NodeJS.CallSite[] } = {};
    let calls: unknown;
    try {
      settings.stackTraceLimit = DEPTH;
      settings.prepareStackTrace = raw;
      Error.captureStackTrace(holder, here);
      // Made when it is asked for.
      calls = holder.stack;
    } finally {
      settings.stackTraceLimit = stackTraceLimit;
      settings.prepareStackTrace = prepareStackTrace;
    }
    const own: NodeJS.CallSite[] = [];
    let key = "";
    for (const call of Array.isArray(calls) ? (calls as NodeJS.CallSite[]) : []) {
      const file = call.getFileName();
      // Ours has none.
      if (!file || file.startsWith("node:")) continue;
      key += `${file}:${call.getLineNumber()}:${call.getColumnNumber()}\n`;
      if (own.push(call) >= FRAMES) break;
    }
    if (own.length === 0) return undefined;
    const known = siteNumbers.get(key);
    if (known !== undefined) return known;
    if (sites.length >= MOST_SITES) return undefined;
    siteNumbers.set(key, sites.length);
    const frame = (call: NodeJS.CallSite): Frame => [
      call.getFileName() ?? "",
      call.getLineNumber() ?? 1,
      call.getColumnNumber() ?? 1,
      call.getFunctionName() ?? "",
    ];
    return sites.push(own.map(frame)) - 1;
  };

  /** Undefined when it is closed. */
  const descriptorOf = (object: object): number | undefined => {
    const { fd, _handle: handle } = object as { fd?: unknown; _handle?: { fd?: unknown } | null };
    const one = typeof fd === "number" ? fd : handle?.fd;
    return typeof one === "number" && one >= 0 ? one : undefined;
  };
  /** Closed for good: a socket that is being connected and a file that is being opened have no descriptor yet. */
  const isOver = (object: object): boolean => {
    const { destroyed, fd } = object as { destroyed?: boolean; fd?: number | null };
    return destroyed === true || fd === -1;
  };

  /** By a key of its own, since a Map of objects would hold them. */
  const keys = new WeakMap<object, object>();
  const note = (object: object, site: number) => {
    if (keys.has(object)) return;
    if (objects.size >= full) {
      for (const [key, { object }] of objects) {
        const one = object.deref();
        if (!one || isOver(one)) objects.delete(key);
      }
      full = Math.max(256, 2 * objects.size);
    }
    if (objects.size + files.size >= MOST) {
      lost += 1;
      return;
    }
    const key = {};
    keys.set(object, key);
    objects.set(key, { time: now(), site, object: new WeakRef(object) });
  };
  const siteOf = (object: object) => {
    const key = keys.get(object);
    return key && objects.get(key)?.site;
  };
  const noteHere = (object: object) => {
    const site = here();
    if (site !== undefined) note(object, site);
  };

  /** Puts a function in the place of a module's own; what does not want to be seen must not be felt. */
  const replace = (module: object, name: string, make: Make) => {
    const before = Object.getOwnPropertyDescriptor(module, name);
    const original: unknown = before?.value;
    if (!before?.configurable || typeof original !== "function") return;
    let active = true;
    const watched = make(original as (...args: unknown[]) => unknown);
    function passage(this: unknown, ...args: unknown[]): unknown {
      return active ? watched.apply(this, args) : Reflect.apply(original as () => unknown, this, args);
    }
    const { prototype: _, ...own } = Object.getOwnPropertyDescriptors(original);
    Object.defineProperties(passage, own);
    Object.defineProperty(module, name, { ...before, value: passage });
    undo.push(() => {
      active = false;
      if ((module as Record<string, unknown>)[name] === passage) Object.defineProperty(module, name, before);
    });
  };
  const quietly = (act: () => void) => {
    try {
      act();
    } catch {
      // Noting must never be felt.
    }
  };
  /** A path as `/proc` tells it. */
  const pathOf = (path: unknown) => {
    const text = path instanceof URL ? decodeURIComponent(path.pathname) : String(path);
    return load<typeof import("node:path")>("path").resolve(text);
  };
  const noteFile = (fd: unknown, path: unknown, site: number) => {
    if (typeof fd !== "number") return;
    if (objects.size + files.size >= MOST) lost += 1;
    else files.set(fd, { time: now(), site, path: pathOf(path) });
  };
  const site = () => {
    let found: number | undefined;
    quietly(() => {
      found = here();
    });
    return found;
  };

  replace(
    fs,
    "openSync",
    (original) =>
      function (...args) {
        const fd = Reflect.apply(original, this, args);
        const at = site();
        if (at !== undefined) quietly(() => noteFile(fd, args[0], at));
        return fd;
      },
  );
  replace(
    fs,
    "open",
    (original) =>
      function (...args) {
        const at = site();
        const done = args.at(-1);
        if (at !== undefined && typeof done === "function")
          args[args.length - 1] = function (this: unknown, ...result: unknown[]) {
            if (!result[0]) quietly(() => noteFile(result[1], args[0], at));
            return Reflect.apply(done, this, result);
          };
        return Reflect.apply(original, this, args);
      },
  );
  for (const name of ["close", "closeSync"])
    replace(
      fs,
      name,
      (original) =>
        function (...args) {
          files.delete(args[0] as number);
          return Reflect.apply(original, this, args);
        },
    );
  for (const name of ["createReadStream", "createWriteStream"])
    replace(
      fs,
      name,
      (original) =>
        function (...args) {
          const stream = Reflect.apply(original, this, args) as object;
          quietly(() => noteHere(stream));
          return stream;
        },
    );
  replace(
    fs.promises,
    "open",
    (original) =>
      function (...args) {
        const at = site();
        const opening = Reflect.apply(original, this, args) as Promise<object>;
        if (at === undefined) return opening;
        // Who waits for it waits for this one: its failure stays unhandled when nobody does.
        return opening.then((handle) => {
          quietly(() => note(handle, at));
          return handle;
        });
      },
  );
  undo.push(
    tap(net.Socket.prototype, "connect", (socket) => noteHere(socket)),
    tap(net.Server.prototype, "listen", (server) => noteHere(server)),
    tap(dgram.Socket.prototype, "bind", (socket) => noteHere(socket)),
    tap(Children.prototype, "spawn", (child) => {
      const at = here();
      if (at === undefined) return;
      return () => {
        for (const stream of (child as ChildProcess).stdio ?? []) if (stream) note(stream, at);
      };
    }),
    subscribe("net.server.socket", ({ socket }: { socket: Socket & { server?: Server } }) =>
      note(socket, (socket.server && siteOf(socket.server)) ?? -1),
    ),
  );
  // Names that ES modules have imported.
  syncBuiltinESMExports();

  return {
    read(): NotedHandles {
      const descriptors: NotedHandles["descriptors"] = [];
      const ports: NotedHandles["ports"] = [];
      for (const [fd, { time, site, path }] of files) descriptors.push([fd, time, site, path]);
      for (const { time, site, object } of objects.values()) {
        const one = object.deref();
        if (one === undefined) continue;
        if (one instanceof dgram.Socket) {
          quietly(() => ports.push([(one as UdpSocket).address().port, time, site]));
          continue;
        }
        const fd = descriptorOf(one);
        if (fd !== undefined) descriptors.push([fd, time, site, null]);
      }
      return { since, lost, sites, descriptors, ports };
    },
    stop() {
      for (const each of undo.splice(0)) quietly(each);
      syncBuiltinESMExports();
    },
  };
}
