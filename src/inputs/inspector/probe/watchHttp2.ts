import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import type { Call, Calls, Load, Parts, Subscribe, Tap, Watch } from "./parts.ts";

/**
 * Watches streams of `node:http2` clients: by `http2.client.stream.created` where Node has it (22.17, 24.2), before by
 * `request` of the sessions' prototype, so that sessions which are already open count too.
 */
export function watchHttp2(
  load: Load,
  subscribe: Subscribe,
  tap: Tap,
  calls: Calls,
  { classify }: Pick<Parts, "classify">,
): Watch {
  const underWay = new WeakMap<object, Call>();

  /** undici's HTTP/2 goes through here as well; its own channels tell of it. */
  const ofUndici = (session: object | undefined) =>
    session !== undefined && Object.getOwnPropertySymbols(session).some(({ description }) => description === "client");

  const watch = (stream: ClientHttp2Stream) => {
    if (underWay.has(stream)) return;
    const headers = stream.sentHeaders ?? {};
    const api = classify(headers[":method"], headers[":path"]);
    const { session } = stream;
    if (!api || ofUndici(session)) return;
    const host = String(headers[":authority"] ?? headers.host ?? "");
    const call = calls.begin({
      api,
      transport: "http2",
      host: /:\d+$/.test(host) ? host : `${host}:${headers[":scheme"] === "http" ? 80 : 443}`,
      header: (name) => headers[name]?.toString(),
    });
    underWay.set(stream, call);
    for (const method of ["write", "end"]) {
      call.release(tap(stream, method, (_, [chunk, encoding]) => call.sent(chunk, encoding)));
    }
    call.release(
      tap(stream, "push", (_, [chunk]) => {
        if (chunk !== null) call.received(chunk);
        else if (!stream.rstCode && !stream.destroyed) call.ended();
      }),
    );
    call.release(
      tap(stream, "emit", (_, [event, value]) => {
        if (event === "response") {
          const answer = value as Record<string, unknown>;
          call.answered(Number(answer[":status"]), (name) => answer[name]?.toString());
        } else if (event === "error") {
          call.failed(value);
        } else if (event === "close") {
          const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR } = load<typeof import("node:http2")>("http2").constants;
          const reset = stream.rstCode !== NGHTTP2_CANCEL && stream.rstCode !== NGHTTP2_NO_ERROR;
          // A lost connection cancels its streams, too.
          if (session?.closed || session?.destroyed) call.failed({ name: "Error", code: "ECONNRESET" });
          else if (reset) call.failed({ name: "Error", code: "ERR_HTTP2_STREAM_ERROR" });
          else call.cancelled();
        }
      }),
    );
  };

  subscribe("http2.client.stream.created", ({ stream }: { stream: ClientHttp2Stream }) => watch(stream));

  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 24 || (major === 24 && minor >= 2) || (major === 22 && minor >= 17)) return { stop() {} };

  /** The class is not exported: a session that goes nowhere shows it. */
  const sessionPrototype = (): ClientHttp2Session => {
    const { connect } = load<typeof import("node:http2")>("http2");
    const { Duplex } = load<typeof import("node:stream")>("stream");
    const nowhere = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    const session = connect("http://localhost", { createConnection: () => nowhere });
    session.on("error", () => {});
    session.destroy();
    return Object.getPrototypeOf(session) as ClientHttp2Session;
  };
  return { stop: tap(sessionPrototype(), "request", () => (stream) => watch(stream as ClientHttp2Stream)) };
}
