import type { LeakRule } from "./rule.ts";
import { holderWords } from "./rule.ts";

const OPEN =
  /^(Socket|TLSSocket|ReadStream|WriteStream|FileHandle|Server|ServerResponse|IncomingMessage|ClientRequest|Readable|Writable|Duplex|Transform|PassThrough|ReadableStream|WritableStream|ChildProcess|MessagePort|Worker|WebSocket|Http2Session|ClientHttp2Session|ServerHttp2Stream|ClientHttp2Stream|TCP|Pipe|FSReqCallback)$/;

export const streams: LeakRule = {
  id: "streams-and-sockets",
  applies: ({ className }) => OPEN.test(className),
  explain: (evidence) =>
    `${evidence.growth.added} more objects of ${evidence.className} are open than at the beginning, held by ${holderWords(evidence)}.`,
  advice:
    "Read each to its end or destroy() it, on every path; pipeline() does so when one side fails, `await using` when the block is left. A response whose body nobody reads keeps its socket.",
};
