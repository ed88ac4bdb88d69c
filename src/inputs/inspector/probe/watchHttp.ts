import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Call, Calls, Load, Parts, Subscribe, Tap, Watch } from "./parts.ts";

/**
 * Watches requests of `node:http` and `node:https`. A request shows itself on `http.client.request.created`; where
 * Node has no such channel (18, 20), by its first `write` or `end`. Its pieces are seen on the way into and out of the
 * two message objects, so nothing is read that the agent does not read; the events `response`, `error` and `close` are
 * seen as they are emitted, since a listener would be counted, and one for `error` would keep the agent alive.
 */
export function watchHttp(
  load: Load,
  subscribe: Subscribe,
  tap: Tap,
  calls: Calls,
  { classify }: Pick<Parts, "classify">,
): Watch {
  const { ClientRequest: Requests } = load<typeof import("node:http")>("http");
  const underWay = new WeakMap<object, Call>();

  /** Whether it was the agent that closed the connection: the server neither ended nor broke it. */
  const closedHere = ({ socket }: { socket: Socket | null }) => !socket || !(socket.readableEnded || socket.errored);

  const follow = (call: Call, response: IncomingMessage) => {
    call.answered(response.statusCode ?? 0, (name) => response.headers[name]?.toString());
    call.release(
      tap(response, "push", (_, [chunk]) => {
        if (chunk !== null) call.received(chunk);
        else if (response.complete) call.ended();
      }),
    );
  };

  const watch = (request: ClientRequest) => {
    if (underWay.has(request)) return;
    const api = classify(request.method, request.path);
    if (!api) return;
    const header = (name: string) => request.getHeader(name)?.toString();
    const host = header("host") ?? request.host;
    const call = calls.begin({
      api,
      transport: "http",
      host: /:\d+$/.test(host) ? host : `${host}:${request.protocol === "https:" ? 443 : 80}`,
      header,
    });
    underWay.set(request, call);
    for (const method of ["write", "end"]) {
      call.release(tap(request, method, (_, [chunk, encoding]) => call.sent(chunk, encoding)));
    }
    call.release(
      tap(request, "emit", (_, [event, value]) => {
        if (event === "response") {
          follow(call, value as IncomingMessage);
        } else if (event === "error") {
          const { code, syscall } = value as NodeJS.ErrnoException;
          if (code === "ECONNRESET" && !syscall && request.destroyed && closedHere(request)) call.cancelled();
          else call.failed(value);
        } else if (event === "close") {
          if (closedHere(request)) call.cancelled();
          else call.failed({ name: "Error", code: "ECONNRESET" });
        }
      }),
    );
  };

  subscribe("http.client.request.created", ({ request }: { request: ClientRequest }) => watch(request));
  const undo: (() => void)[] = [];
  if (!Function.prototype.toString.call(Requests).includes("onClientRequestCreatedChannel")) {
    for (const method of ["write", "end"]) {
      undo.push(
        tap(Requests.prototype, method, (self, [chunk, encoding]) => {
          if (underWay.has(self)) return;
          watch(self as ClientRequest);
          // The passage that just began does not yet go through the request's own tap.
          underWay.get(self)?.sent(chunk, encoding);
        }),
      );
    }
  }
  return {
    stop() {
      for (const each of undo) each();
    },
  };
}
