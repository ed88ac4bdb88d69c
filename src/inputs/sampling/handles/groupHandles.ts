import { dirname } from "node:path";
import type { HandleAddress, HandleGroup, OpenHandle } from "../../../model/openHandles.ts";
import { addressText } from "./linuxHandles.ts";

/** Of each group that many are told. */
const EXAMPLES = 100;
/** So many files of one folder, or peers at one port, are one group. */
const MANY = 20;

/**
 * Descriptors that are alike, the most first. Thousands of sockets to one peer are one group.
 * @param now Unix seconds
 * @param inspector the port of an inspector that we are attached to: its sockets are ours
 */
export function groupHandles(handles: readonly OpenHandle[], now: number, inspector?: number): HandleGroup[] {
  const listeners = new Set(
    handles.flatMap(({ kind, state, local }) => (kind === "tcp" && state === "listen" && local ? [local.port] : [])),
  );
  const named = handles.map((handle) => ({
    handle,
    names: namesOf(handle, listeners, inspector),
    rest: restOf(handle),
  }));
  const finer = new Map<string, Set<string>>();
  for (const { names, rest } of named) {
    if (names.wide === undefined) continue;
    const wide = `${names.wide}\n${rest}`;
    finer.set(wide, (finer.get(wide) ?? new Set()).add(names.narrow));
  }
  const groups = new Map<string, { target: string; members: OpenHandle[] }>();
  for (const { handle, names, rest } of named) {
    const many = names.wide !== undefined && (finer.get(`${names.wide}\n${rest}`)?.size ?? 0) > MANY;
    const target = many && names.wide !== undefined ? names.wide : names.narrow;
    const key = `${target}\n${rest}`;
    const group = groups.get(key);
    if (group) group.members.push(handle);
    else groups.set(key, { target, members: [handle] });
  }
  return [...groups.values()].map(({ target, members }) => groupOf(target, members, now)).sort(byCount);
}

const byCount = (a: HandleGroup, b: HandleGroup) =>
  b.count - a.count || a.kind.localeCompare(b.kind) || a.target.localeCompare(b.target);

/** What else tells groups apart: kind, state and line. */
function restOf({ kind, state, origin }: OpenHandle): string {
  const { file, line } = origin?.location ?? origin?.frames[0] ?? {};
  return [kind, state, file, line].join("\n");
}

interface Names {
  narrow: string;
  /** What it is called when there are many of them. */
  wide?: string;
}

function namesOf(
  { kind, target, state, local, remote }: OpenHandle,
  listeners: ReadonlySet<number>,
  inspector: number | undefined,
): Names {
  if (kind === "tcp" && local && local.port === inspector)
    return { narrow: state === "listen" ? `the inspector, at ${addressText(local)}` : "a client of the inspector" };
  if (kind === "file") return { narrow: target, wide: `${dirname(target).replace(/\/$/, "")}/…` };
  if (kind === "tcp" || kind === "udp") return internetNames({ state, local, remote }, listeners);
  if (kind === "unix") return { narrow: target || "without a name (a pair, or a client's end)" };
  // `pipe:[4711]`, `anon_inode:[eventpoll]`
  return { narrow: target.replace(/:\[\d+\]$/, "").replace(/^anon_inode:\[?(.*?)\]?$/, "$1") };
}

function internetNames(
  {
    state,
    local,
    remote,
  }: { state: string | undefined; local: HandleAddress | undefined; remote: HandleAddress | undefined },
  listeners: ReadonlySet<number>,
): Names {
  if (state === "listen" || !remote) return { narrow: local ? `at ${addressText(local)}` : "not bound yet" };
  if (local && listeners.has(local.port)) return { narrow: `accepted at :${local.port}` };
  return { narrow: addressText(remote), wide: `port ${remote.port} of many hosts` };
}

function groupOf(target: string, members: OpenHandle[], now: number): HandleGroup {
  const [{ kind, state, origin }] = members as [OpenHandle];
  const times = members.flatMap((handle) => handle.origin?.time ?? []);
  const newest = [...members].sort((a, b) => (b.origin?.time ?? 0) - (a.origin?.time ?? 0) || b.fd - a.fd);
  return {
    kind,
    target,
    ...(state !== undefined && { state }),
    count: members.length,
    ...(times.length > 0 && { age: { oldest: now - least(times), newest: now - most(times) } }),
    location: origin?.location ?? null,
    handles: newest.slice(0, EXAMPLES),
  };
}

// By hand: as arguments of Math.min a hundred thousand would overflow the stack.
const least = (times: readonly number[]) => times.reduce((a, b) => Math.min(a, b));
const most = (times: readonly number[]) => times.reduce((a, b) => Math.max(a, b));
