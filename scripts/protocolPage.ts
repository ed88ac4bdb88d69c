import { MAX_CLIENTS, MAX_DURATION, MAX_LINE_BYTES, PROTOCOL_VERSION, wireKinds } from "../src/model/wire.ts";
import { fieldTable, type Schema } from "./protocolTable.ts";

/** `docs/PROTOCOL.md`. */
export function protocolPage(): string {
  const kinds = Object.entries(wireKinds).map(([name, kind]) => {
    const schema = kind as Schema;
    return `### \`${name}\`\n\n${schema.description}\n\n${fieldTable(schema)}`;
  });
  return `${introduction}\n## Kinds\n\n${kinds.join("\n\n")}\n`;
}

const introduction = `<!-- Made from src/model/wire.ts by \`npm run generate\`. -->
# Event socket, protocol version ${PROTOCOL_VERSION}

How an agent tells the Agent Vitals collector what it does. The clients for Node.js and Python speak it; anything else that can open a
socket and write JSON may speak it too. [protocol.schema.json](protocol.schema.json) is the same as a JSON Schema.

## Connecting

The collector listens on a Unix domain socket (on Windows: a named pipe) that only its user can open. A process in a
terminal of the workspace finds the path in \`AGENT_VITALS_SOCKET\` and the workspace's token in \`AGENT_VITALS_TOKEN\`;
for other terminals the command **Agent Vitals: Copy Environment for an External Terminal** gives both. With neither
set, a client does nothing. Both stay the same over reloads, updates and the collector's own death: a client that finds
nobody there tries again, with growing pauses (100 ms to 5 s).

Each line is one JSON object in UTF-8, ended by a newline, at most ${MAX_LINE_BYTES / 1024} KiB long. Times are Unix seconds (with
decimals), durations are seconds of a monotonic clock, sizes are bytes, tokens are counted.

1. The client's first line is its [\`hello\`](#hello), within 5 s.
2. The collector answers with a [\`reply\`](#reply) whose id is \`hello\`. With \`ok: false\` it tells why in \`error\` and
   closes. If \`result.retryAfter\` is there, the client may try again after so many seconds; otherwise trying again is
   no use (wrong token, unknown version).
3. The client sends its events, in any order and as many at once as it likes. They are not answered.
4. The collector may send a [\`command\`](#command) at any time; the client's \`reply\` carries its id and comes within the
   deadline.

At most ${MAX_CLIENTS} clients are served at once per workspace; the next one is told so and may try again.

## A session

\`\`\`json
{"type":"hello","protocol":${PROTOCOL_VERSION},"agent":"my-agent","pid":4711,"startTime":1767225600.25,"token":"…","runtime":"Python 3.13"}
{"type":"reply","id":"hello","ok":true}
{"type":"response","queryType":"talker","start":1767225601.5,"duration":0.812,"timeToFirstToken":0.093,"outcome":"ok","model":"qwen3:8b","inputTokens":412,"outputTokens":96}
{"type":"response","queryType":"rag_search","start":1767225603,"duration":2.5,"outcome":"error","errorType":"TimeoutError"}
{"type":"voice","time":1767225604.1,"success":0,"failure":1,"stage":"stt","reason":"silence"}
{"type":"command","id":"1","name":"cleanup","deadline":2}
{"type":"reply","id":"1","ok":true,"result":{"hooks":1}}
\`\`\`

A whole client in Python, for a first try:

\`\`\`python
import json, os, socket, time

started = time.time()  # of the process: taken first thing, it is close enough
connection = socket.socket(socket.AF_UNIX)
connection.connect(os.environ["AGENT_VITALS_SOCKET"])

def send(event):
    connection.sendall(json.dumps(event).encode() + b"\\n")

send({"type": "hello", "protocol": ${PROTOCOL_VERSION}, "agent": "first-try", "pid": os.getpid(),
      "startTime": started, "token": os.environ["AGENT_VITALS_TOKEN"]})
print(connection.makefile().readline())

start, clock = time.time(), time.monotonic()
sum(range(10_000_000))
send({"type": "response", "queryType": "tool", "start": start, "duration": time.monotonic() - clock, "outcome": "ok"})
\`\`\`

From a shell, \`nc -U "$AGENT_VITALS_SOCKET"\` and the lines above typed in, with your token, do as well.

## Bad lines

A line that is not JSON, is longer than ${MAX_LINE_BYTES / 1024} KiB, has an unknown type, misses a field or has one that is not as
described here costs that line and no other: it is skipped, counted by reason, and the collector's log tells of the
first of each reason and client, without quoting it. Fields that are not described here are ignored. Durations over
${MAX_DURATION / 86400} days are taken for a mistake of units. Names of query types are free; \`talker\`, \`thinker\`, \`rag_search\`, \`tool\`,
\`stt\`, \`tts\` and \`embedding\` are the ones that Agent Vitals knows more about.

## When a client can't send

A client never makes its agent wait. It sends in batches (64 KB or 20 ms), keeps a bounded queue (10,000 events), and
folds what a full queue can't take: responses into one \`summary\` per query type, voice results into one \`voice\` per
stage and reason. What can't be folded is counted in \`dropped\`. So detail may be lost, figures are not.
`;
