import { type Evidence, fieldsOf } from "../explain/evidence.ts";
import type { LeakRule } from "./rule.ts";
import { holderWords } from "./rule.ts";

const STREAMS =
  /^(Socket|TLSSocket|ReadStream|WriteStream|FileHandle|Server|ServerResponse|IncomingMessage|ClientRequest|Readable|Writable|Duplex|Transform|PassThrough|ReadableStream|WritableStream|ChildProcess|MessagePort|Worker|WebSocket|Http2Session|ClientHttp2Session|ServerHttp2Stream|ClientHttp2Stream|TCP|Pipe|FSReqCallback)$/;
const SOCKET = /^(socket|<symbol kSocket>)$/;
const HANDLE = /^(_handle|<symbol kHandle>)$/;
/** The field that Node sets to null when one of these has ended. */
const WHILE_OPEN: Readonly<Record<string, RegExp>> = {
  ServerResponse: SOCKET,
  Socket: HANDLE,
  TLSSocket: HANDLE,
  Server: HANDLE,
  ChildProcess: HANDLE,
};
/** Members that are looked at. */
const SAMPLE = 50;

export const streams: LeakRule = {
  id: "streams-and-sockets",
  // What has ended and is kept is a collection's leak: there is nothing left to close.
  applies: (evidence) => STREAMS.test(evidence.className) && isOpen(evidence) !== false,
  explain: (evidence) =>
    `${evidence.growth.added} more objects of ${evidence.className} are ${isOpen(evidence) ? "open" : "kept, open or not,"} than at the beginning, held by ${holderWords(evidence)}.`,
  advice:
    "Read each to its end or destroy() it, on every path, and let it go at its 'close'; pipeline() does so when one side fails, `await using` when the block is left. A response whose body nobody reads keeps its socket.",
};

/** Whether most of them are; undefined where a snapshot does not tell. */
function isOpen(evidence: Evidence): boolean | undefined {
  const field = WHILE_OPEN[evidence.className];
  if (field === undefined) return undefined;
  const members = evidence.growth.members.slice(0, SAMPLE);
  const { nodeTypes, layout } = evidence.opened.heap.tables;
  const isSet = (node: number) => layout.nodeTypes[nodeTypes[node]!] === "object";
  const open = members.filter((one) =>
    fieldsOf(evidence, one).some(({ name, node }) => field.test(name) && isSet(node)),
  );
  return open.length > members.length / 2;
}
