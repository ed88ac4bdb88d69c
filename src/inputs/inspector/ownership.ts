import { findInspector } from "./findInspector.ts";
import { poll } from "./patience.ts";
import { evaluate, type Session } from "./session.ts";
import { socketsOf } from "./sockets.ts";

// Only with the mark is an inspector ours to close. It counts our clients, and outlives one that was killed.
const KEY = `Symbol.for("agent-vitals.inspector")`;
const MARK = `process[${KEY}]`;
const SET_MARK = `Object.defineProperty(process, ${KEY}, { value: { port: process.debugPort, clients: 0 }, configurable: true })`;
const CLOSE = `const mark = ${MARK}; delete ${MARK}; process._debugEnd(); process.debugPort = mark.port;`;

/** Marks an inspector as opened by us. */
export async function mark(session: Session, seconds: number): Promise<void> {
  await evaluate(session, `void ${SET_MARK}`, seconds);
}

/**
 * {@link mark}, and moves the inspector from Node's usual port, which other agents want too, to a free one. The
 * connection is lost by it.
 * @returns where the inspector is now
 * @throws when it does not come back within these seconds
 */
export async function moveAway(session: Session, pid: number, port: number, seconds: number): Promise<URL> {
  const expression = `{
    const inspector = process.getBuiltinModule?.("node:inspector") ?? require("node:inspector");
    ${SET_MARK};
    process._debugEnd();
    inspector.open(0, "127.0.0.1");
  }`;
  // There is no answer, as the connection is lost.
  evaluate(session, expression, seconds).catch(() => {});
  const found = await poll(seconds, async () => {
    const address = await findInspector(pid);
    return address?.port === port ? undefined : address;
  });
  if (!found) throw new Error(`The inspector of process ${pid} did not move from port ${port} to a free one.`);
  return found.url;
}

/** Counts us as a client of the inspector if one of us opened it; true if so. */
export function claim(session: Session, seconds: number): Promise<boolean> {
  return evaluate(session, `${MARK} ? (${MARK}.clients++, true) : false`, seconds);
}

/**
 * Undoes {@link claim} and closes the inspector, which ends the connection, unless somebody else is connected.
 * @throws when the target does not answer in time; it closes the inspector when it can
 */
export async function release(
  session: Session,
  { pid, port }: { pid: number; port: number },
  seconds: number,
): Promise<"closed" | "left open"> {
  let ours: number;
  try {
    ours = await evaluate<number>(session, `Math.max(--${MARK}.clients, 0)`, seconds);
  } catch (error) {
    evaluate(session, `if (${MARK}?.clients <= 0) { ${CLOSE} }`, seconds).catch(() => {});
    throw error;
  }
  // One of ours that leaves at the same time is waited for; one that was killed is counted but has no connection.
  const alone = await poll(ours > 0 ? 0 : seconds, async () => (await connections(pid, port)) <= 1 || undefined);
  if (!alone) return "left open";
  await evaluate(session, `{ ${CLOSE} }`, seconds).catch(() => {});
  return "closed";
}

/** How many clients an inspector has, as far as can be seen. */
export async function connections(pid: number, port: number): Promise<number> {
  return (await socketsOf(pid)).filter((socket) => !socket.listening && socket.port === port).length;
}
