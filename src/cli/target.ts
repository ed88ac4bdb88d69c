import type { AttachParams } from "../collector/protocol.ts";
import { UsageError, type Values } from "./command.ts";
import { numberOf } from "./options.ts";

/** What `--pid`, `--inspect` and `--port` name. @throws {UsageError} unless it is one thing */
export function targetOf(values: Values): AttachParams {
  const pid = numberOf(values, "pid", { min: 1 });
  const port = numberOf(values, "port", { min: 1, max: 65_535 });
  const { inspect: url } = values;
  if (typeof url === "string" && !/^wss?:\/\/./.test(url))
    throw new UsageError(`--inspect needs a WebSocket URL like ws://127.0.0.1:9229/…, not ${JSON.stringify(url)}.`);
  const named = [pid, port, url].filter((one) => one !== undefined).length;
  if (named !== 1)
    throw new UsageError(
      `${named === 0 ? "Say what to attach to" : "Attach to one thing"}: --pid N, --inspect URL or --port N.`,
    );
  if (pid !== undefined) return { pid };
  return port === undefined ? { url: String(url) } : { port };
}
