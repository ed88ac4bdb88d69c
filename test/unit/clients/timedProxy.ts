/** A proxy before a model server that takes the time of each request itself. */
import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface TimedProxy {
  /** As the server's own, with the proxy's port. */
  baseUrl: string;
  /**
   * Per request since the last call: seconds from its arrival here to just before the answer's end is sent on. Whoever
   * made the request took longer, however busy the machine.
   */
  take(): number[];
  close(): void;
}

export async function startTimedProxy(baseUrl: string): Promise<TimedProxy> {
  const target = new URL(baseUrl);
  let taken: number[] = [];
  const server = createServer((incoming, outgoing) => {
    const arrived = performance.now();
    const { method, url, headers } = incoming;
    const onward = request({ host: target.hostname, port: target.port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on("data", (chunk) => outgoing.write(chunk));
      answer.on("end", () => {
        taken.push((performance.now() - arrived) / 1000);
        outgoing.end();
      });
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const own = new URL(target);
  own.port = String((server.address() as AddressInfo).port);
  return {
    baseUrl: own.href.replace(/\/$/, ""),
    take() {
      const all = taken;
      taken = [];
      return all;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
