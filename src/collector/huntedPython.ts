import type { SocketClient } from "../inputs/socket/client.ts";
import { PYTHON } from "../judges/leaks/resources.ts";
import type { HuntedAgent } from "../model/leaks.ts";
import type { Command, Growth, Reply } from "../model/wire.ts";
import { readTree } from "./treeReading.ts";

/** Seconds that a command may take: each walks all objects. */
const WALKING = 60;
/** Seconds in which it gets its speed back, unless it is busy or stopped; the connection's end does it, too. */
const RELEASING = 10;

/** A Python agent that is hunted in, by its own client. */
export interface HuntedPython extends HuntedAgent {
  /** What grew from the first snapshot to the last. */
  growth(): Growth;
}

/**
 * What a hunt does to a Python agent. A snapshot is what its client notes by itself: lengths, counts and sizes.
 * @param trace notes where each object is made, which slows the agent down
 * @param signal cancels what is waited for
 */
export function huntedPython(
  client: SocketClient,
  { trace, signal }: { trace: boolean; signal: AbortSignal },
): HuntedPython {
  let snapshots = 0;
  let begun = false;
  let grown: Growth | undefined;
  const ask = async (name: Command["name"], deadline = WALKING): Promise<Reply> => {
    const reply = await cancellable(client.command(name, deadline), signal);
    if (reply.ok) return reply;
    throw new Error(
      /no such command$/.test(reply.error ?? "")
        ? `${client.hello.agent} has an older client than this Agent Vitals (${client.hello.client ?? "of no version"}), which knows no leak hunts: copy python/agent_vitals.py into it again ("Add Client to This Project"), and restart it.`
        : `${client.name} could not do its part of the hunt. ${reply.error ?? "It gave no reason."}`,
    );
  };
  const begin = async () => {
    if (!begun) await ask("leaks_begin");
    begun = true;
  };
  return {
    async read() {
      await begin();
      const { result = {} } = await ask("leaks_read");
      const { "process.memory.usage": memory, ...system } = await readTree(client.hello.pid);
      const overhead = Number(result.overhead ?? 0);
      const read = Object.entries(PYTHON).flatMap(([name, key]) =>
        typeof result[key] === "number" ? [[name, result[key]] as const] : [],
      );
      return {
        ...Object.fromEntries(read),
        ...(memory !== undefined && { "process.memory.usage": Math.max(0, memory - overhead) }),
        ...system,
      };
    },
    async snapshot() {
      snapshots++;
      if (snapshots < 3) return Number((await ask("leaks_mark")).result?.pause ?? 0);
      grown = (await ask("leaks_explain")).growth;
      return grown?.pause ?? 0;
    },
    async watchAllocations() {
      await begin();
      if (trace) await ask("leaks_trace");
    },
    async allocations() {
      return undefined;
    },
    async release() {
      // One that is gone needs none.
      if (begun) await client.command("leaks_end", RELEASING).catch(() => {});
      begun = false;
    },
    growth() {
      return grown ?? { held: [], lines: [], pause: 0 };
    },
  };
}

async function cancellable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: cancelled, reject } = Promise.withResolvers<never>();
  const cancel = () => reject(signal.reason);
  signal.addEventListener("abort", cancel);
  try {
    return await Promise.race([work, cancelled]);
  } finally {
    signal.removeEventListener("abort", cancel);
    work.catch(() => {});
  }
}
