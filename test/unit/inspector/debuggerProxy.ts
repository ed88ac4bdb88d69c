import { Connection } from "../../../src/inputs/inspector/connection.ts";
import { webSocketServer } from "./webSocketServer.ts";

export interface DebuggerProxy {
  url: string;
  /** Methods that clients sent. */
  readonly sent: string[];
  /** Ends the debug session. */
  close(): void;
}

/**
 * A stand-in for js-debug's CDP proxy, which runs in an editor alone: a debugger's connection to a real inspector that
 * clients share, with no session id and no events but those that they ask for by `JsDebug.subscribe`.
 */
export async function debuggerProxy(inspector: URL): Promise<DebuggerProxy> {
  const connection = await Connection.open(inspector, 5);
  const { session } = connection;
  session.on("NodeRuntime.waitingForDisconnect", () => connection.close());
  await session.send("NodeRuntime.notifyWhenWaitingForDisconnect", { enabled: true });
  await session.send("Debugger.enable", {});
  const sent: string[] = [];
  const server = await webSocketServer((peer) => {
    connection.closed.then(() => peer.drop());
    peer.onMessage = async (text) => {
      const { id, method, params } = JSON.parse(text);
      sent.push(method);
      if (method === "JsDebug.subscribe") {
        for (const event of params.events)
          session.on(event, (told) => peer.send(JSON.stringify({ method: event, params: told })));
        peer.send(JSON.stringify({ id, result: {} }));
        return;
      }
      const answer = await session.send(method, params).then(
        (result) => ({ result }),
        (error: Error) => ({ error: { code: -32000, message: error.message } }),
      );
      peer.send(JSON.stringify({ id, ...answer }));
    };
  });
  return {
    url: `ws://127.0.0.1:${server.port}/session`,
    sent,
    close() {
      connection.close();
      server.close();
    },
  };
}
