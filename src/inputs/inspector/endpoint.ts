import { get } from "node:http";
import { authority } from "./address.ts";
import { NoAnswer } from "./session.ts";

const LONGEST_ANSWER = 1024 * 1024;

/**
 * The WebSocket URL of the inspector at this host and port, asked for over HTTP within these seconds.
 * @throws {NoAnswer} when it is silent; an Error saying what is there when it is no inspector
 */
export async function inspectorEndpoint(host: string, port: number, seconds: number): Promise<URL> {
  const address = authority(host, port);
  const version = parsed(await ask(address, "/json/version", seconds));
  const program = typeof version === "object" && version !== null && "Browser" in version ? version.Browser : undefined;
  if (program === "Bun") throw new Error(`At ${address} is Bun's inspector, which can't carry the probe. ${INSTEAD}`);
  const list = parsed(await ask(address, "/json/list", seconds));
  const targets = Array.isArray(list) ? (list as { type?: unknown; webSocketDebuggerUrl?: unknown }[]) : [];
  const target = targets.find((one) => one?.type === "node") ?? targets[0];
  const url = typeof target?.webSocketDebuggerUrl === "string" ? URL.parse(target.webSocketDebuggerUrl) : null;
  if (!url || !program) {
    throw new Error(`What listens at ${address} is no inspector. Look for "Debugger listening on" in its output.`);
  }
  // Host and port are those that answered, whatever the answer says.
  return new URL(url.pathname, `ws://${address}`);
}

/** What helps where no inspector does. */
export const INSTEAD = "Use the client (Add Client to Agent) or OpenTelemetry instead.";

function ask(address: string, path: string, seconds: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(seconds * 1000);
    const fail = (error: Error) => {
      const silent = new NoAnswer(`What listens at ${address} did not answer within ${seconds.toFixed(1)} s.`);
      const code = (error as NodeJS.ErrnoException).code;
      const refused = new Error(
        code === "ECONNREFUSED"
          ? `Nothing listens at ${address}. Start the agent with --inspect=${address}, or attach by its pid.`
          : `What listens at ${address} is no inspector (${error.message}).`,
      );
      reject(signal.aborted ? silent : refused);
    };
    // No connection is kept: the inspector counts its clients.
    const request = get(`http://${address}${path}`, { agent: false, signal }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        text += piece;
        if (text.length > LONGEST_ANSWER) request.destroy(new Error("its answer has no end"));
      });
      response.on("end", () => resolve(text));
      response.on("error", fail);
    });
    request.on("error", fail);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
