import { randomBytes } from "node:crypto";
import type { AttachedInspector, AttachOptions, InspectorSink } from "./attached.ts";
import { Attachment } from "./attachment.ts";
import { Connection } from "./connection.ts";
import { Patience } from "./patience.ts";
import { type InspectorTarget, reach } from "./reach.ts";
import { NoAnswer } from "./session.ts";

export type { AttachedInspector, AttachOptions, InspectorSink, InspectorTarget };

/** Seconds for the whole of attaching. */
const PATIENCE = 10;

/**
 * Attaches to a Node (or Deno) process and installs the probe in all its threads.
 * @throws within about 10 s with what stood in the way and what to do; the target is as before then
 */
export async function attachInspector(target: InspectorTarget, options: AttachOptions): Promise<AttachedInspector> {
  const patience = new Patience(PATIENCE);
  try {
    const { url, opened } = await reach(target, options.identify, patience);
    const attachment = new Attachment(await Connection.open(url, patience.left(5)), {
      ...options,
      // Nobody guesses it, and several clients don't collide.
      binding: `__agentVitals_${randomBytes(8).toString("hex")}`,
      opened,
      debugger: "url" in target && target.debugger === true,
      pid: "pid" in target ? target.pid : undefined,
    });
    await attachment.begin(patience);
    if (opened) {
      options.log(
        "info",
        `Opened the inspector of process ${attachment.pid} at ${url.host}: a debugging port that any program on this machine can use until we detach.`,
      );
    }
    return attachment;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const who = "pid" in target ? `Process ${target.pid}` : "port" in target ? `Port ${target.port}` : target.url;
    throw new Error(
      `${who} does not answer (${error.message}) It is stopped, waits for a debugger to let it start, or is busy in one long synchronous call: attach again when it goes on.`,
      { cause: error },
    );
  }
}
