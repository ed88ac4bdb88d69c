import type { Call, Calls, Header, Parts, Subscribe, Tap } from "./parts.ts";

interface Request {
  method: string;
  path: string;
  origin: unknown;
  body: unknown;
  headers: unknown;
}

/**
 * Watches requests of undici, Node's own (`fetch`) and any copy from the registry, since all publish on the same
 * channels. Body chunks have channels from undici 7 on; before, the request object's own methods are tapped.
 */
export function watchUndici(subscribe: Subscribe, tap: Tap, calls: Calls, { classify }: Pick<Parts, "classify">): void {
  const underWay = new WeakMap<object, Call>();
  const channelled = new WeakMap<object, { sent: boolean; received: boolean }>();
  const text = (value: unknown): string =>
    value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value);

  /** Headers as one text (undici 5), as a list of names and values, or as an object. */
  const headerOf =
    (headers: unknown): Header =>
    (name) => {
      if (typeof headers === "string") return new RegExp(`(?:^|\n)${name}: *([^\r\n]*)`, "i").exec(headers)?.[1];
      if (!Array.isArray(headers)) {
        const value = (headers as Record<string, unknown> | null)?.[name];
        return value === undefined ? undefined : text(value);
      }
      for (let at = 0; at + 1 < headers.length; at += 2) {
        if (text(headers[at]).toLowerCase() === name) return text(headers[at + 1]);
      }
      return undefined;
    };

  /** Which channels the undici that made this request has: its methods' source names them. */
  const channelsOf = (request: object, receive: string) => {
    const prototype = Object.getPrototypeOf(request) as Record<string, unknown>;
    let known = channelled.get(prototype);
    if (!known) {
      const names = (method: unknown, channel: string) => Function.prototype.toString.call(method).includes(channel);
      known = {
        sent: names(prototype.onBodySent, "bodyChunkSent"),
        received: names(prototype[receive], "bodyChunkReceived"),
      };
      channelled.set(prototype, known);
    }
    return known;
  };

  subscribe("undici:request:create", ({ request }: { request: Request }) => {
    const api = classify(request.method, request.path);
    if (!api) return;
    const origin = String(request.origin);
    const host = origin.replace(/^[a-z]+:\/\//i, "").replace(/\/.*$/, "");
    const call = calls.begin({
      api,
      transport: "fetch",
      host: /:\d+$/.test(host) ? host : `${host}:${origin.startsWith("https:") ? 443 : 80}`,
      header: (name) => headerOf(request.headers)(name),
    });
    underWay.set(request, call);
    const whole = request.body instanceof Uint8Array;
    if (whole) call.sent(request.body);
    const receive = "onResponseData" in request ? "onResponseData" : "onData";
    const { sent, received } = channelsOf(request, receive);
    if (!sent && !whole) call.release(tap(request, "onBodySent", (_, [chunk]) => call.sent(chunk)));
    if (!received) call.release(tap(request, receive, (_, [chunk]) => call.received(chunk)));
  });
  subscribe("undici:request:bodyChunkSent", ({ request, chunk }: { request: Request; chunk: unknown }) => {
    if (!(request.body instanceof Uint8Array)) underWay.get(request)?.sent(chunk);
  });
  subscribe(
    "undici:request:headers",
    (message: { request: Request; response: { statusCode: number; headers: unknown } }) => {
      underWay.get(message.request)?.answered(message.response.statusCode, headerOf(message.response.headers));
    },
  );
  subscribe("undici:request:bodyChunkReceived", ({ request, chunk }: { request: Request; chunk: unknown }) => {
    underWay.get(request)?.received(chunk);
  });
  subscribe("undici:request:trailers", ({ request }: { request: Request }) => underWay.get(request)?.ended());
  subscribe("undici:request:error", ({ request, error }: { request: Request; error: unknown }) => {
    underWay.get(request)?.failed(error);
  });
}
