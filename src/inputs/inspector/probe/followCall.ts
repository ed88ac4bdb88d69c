import type { ProbeCall } from "../../../model/probe.ts";
import type { Answer, Begun, Decoder, FollowedCall, Load, Parts } from "./parts.ts";

/** One request from its beginning to the end of its answer. `over` says whether it is still anybody's concern. */
export function followCall(
  { id, api, transport, host, header }: Begun & { id: string },
  { load, now, tell, over }: { load: Load; now(): number; tell(call: ProbeCall): void; over(): boolean },
  { createAnswer, createDecoder, failureOf, holdsToken, readUsage, topLevel }: Parts,
): FollowedCall {
  const LONGEST_BODY = 4 * 1024 * 1024;
  const PENDING_AFTER = 5;
  const begun = now();
  const told: ProbeCall = { id, api, host, transport, start: Date.now() / 1000, duration: 0, outcome: "ok" };
  const releases: (() => void)[] = [];
  let body: string | undefined = "";
  let nameless = false;
  let answer: Answer | undefined;
  let decoder: Decoder | undefined;
  let latest = begun;
  let done = false;
  let toldPending = false;

  /** Looks into the request's body, once: when the answer begins, or when the call is told without one. */
  const readRequest = () => {
    if (!body) return;
    const { model = "null", stream } = topLevel(body, ["model", "stream"]);
    body = undefined;
    const streams = api === "ollama.chat" || api === "ollama.generate" ? stream !== "false" : stream === "true";
    if (!api.endsWith("embeddings")) told.streaming = streams;
    const name: unknown = JSON.parse(model);
    nameless = typeof name !== "string" || name === "" || name.length > 256;
    if (!nameless) told.model = name as string;
  };

  /** The call as it stands; undefined if it is none after all: Ollama's paths are common words, its models are not. */
  const read = (duration: number): ProbeCall | undefined => {
    readRequest();
    const call: ProbeCall = { ...told, duration };
    const trace = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-/i.exec(header("traceparent") ?? "");
    if (trace?.[1] && trace[2]) Object.assign(call, { traceId: trace[1], parentSpanId: trace[2] });
    if (answer) {
      const { firstToken, errorType: _, finished: __, model, ...figures } = answer.facts;
      if (firstToken !== undefined) call.timeToFirstToken = firstToken - begun;
      if (call.model === undefined && model !== undefined) call.model = model;
      Object.assign(call, figures);
    }
    return nameless && call.model === undefined && api.startsWith("ollama.") ? undefined : call;
  };

  const conclude = (outcome: ProbeCall["outcome"], errorType?: string) => {
    if (done) return;
    done = true;
    const duration = now() - begun;
    for (const release of releases) release();
    const say = () => {
      if (!over()) return;
      try {
        answer?.end();
        const call = read(duration);
        const { status = 0 } = told;
        // A redirect is followed by the request that counts.
        if (!call || (status >= 300 && status < 400)) return;
        const type = status >= 400 ? `HTTP ${status}` : answer?.facts.errorType;
        if (type !== undefined) Object.assign(call, { outcome: "error", errorType: type });
        else if (!answer?.facts.finished) Object.assign(call, { outcome, ...(errorType && { errorType }) });
        tell(call);
      } catch {
        // A call that cannot be read is not told.
      }
    };
    if (decoder) decoder.end(say);
    else say();
  };

  return {
    sent(chunk, encoding) {
      if (done || body === undefined || body.length > LONGEST_BODY) return;
      if (typeof chunk === "string") {
        const encoded = encoding === "base64" || encoding === "base64url" || encoding === "hex";
        body += encoded ? Buffer.from(chunk, encoding).toString() : chunk;
      } else if (chunk instanceof Uint8Array) {
        body += Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(chunk.byteLength, LONGEST_BODY)).toString();
      }
    },
    answered(status, responseHeader) {
      if (done || status < 200 || answer) return;
      told.timeToFirstByte = now() - begun;
      told.status = status;
      readRequest();
      const contentType = (responseHeader("content-type") ?? "").toLowerCase();
      if (contentType.includes("event-stream")) told.streaming = true;
      const streaming = told.streaming === true;
      const reading = createAnswer({ api, contentType, streaming }, { holdsToken, readUsage, topLevel });
      answer = reading;
      const encoding = (responseHeader("content-encoding") ?? "").trim().toLowerCase();
      if (encoding === "" || encoding === "identity") return;
      decoder = createDecoder(load("zlib"), encoding, (chunk) => reading.read(chunk, latest));
      if (!decoder) reading.read = () => {};
    },
    received(chunk) {
      if (done || !answer) return;
      const piece = typeof chunk === "string" ? Buffer.from(chunk, "latin1") : chunk;
      if (!(piece instanceof Uint8Array) || piece.byteLength === 0) return;
      latest = now();
      told.timeToFirstChunk ??= latest - begun;
      if (decoder) decoder.write(piece);
      else answer.read(piece, latest);
    },
    ended: () => conclude("ok"),
    failed(error) {
      const { outcome, errorType } = failureOf(error);
      conclude(outcome, errorType);
    },
    cancelled: () => conclude("cancelled"),
    release(undo) {
      if (done) undo();
      else releases.push(undo);
    },
    tellPending() {
      const duration = now() - begun;
      if (done || toldPending || duration < PENDING_AFTER) return;
      try {
        const call = read(duration);
        if (!call) return;
        toldPending = true;
        tell({ ...call, pending: true });
      } catch {
        // As above.
      }
    },
    abandon() {
      done = true;
      for (const release of releases) release();
    },
  };
}
