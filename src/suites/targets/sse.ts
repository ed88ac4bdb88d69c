import Type from "typebox";
import { type Failure, failure } from "../failure.ts";
import type { AnswerHead } from "../http/answerHead.ts";
import { type BodyReader, HttpClient, type HttpRules, type PreparedRequest } from "../http/client.ts";
import { AgentAnswer, AgentEvents } from "../streams/agentAnswer.ts";
import { EventReader } from "../streams/events.ts";
import type { Exchange, TargetKind } from "../target.ts";
import { Content, contentOf } from "./content.ts";
import { Preparations } from "./preparations.ts";
import { address, fileReader, httpProperties, limitsOf, parsedUrl, path, tlsOf, under } from "./settings.ts";

const SseTarget = Type.Object(
  {
    kind: Type.Literal("sse", { description: "An agent that answers in server-sent events." }),
    url: address("The agent's address; paths of requests follow it.", "http://127.0.0.1:3210"),
    events: Type.Optional(AgentEvents),
    ...httpProperties,
  },
  { description: "An agent that answers in server-sent events of its own.", additionalProperties: false },
);

const SseRequest = Type.Object(
  {
    method: Type.Optional(
      Type.String({ description: "Default: GET, or POST where there is a body.", pattern: "^[A-Z]+$" }),
    ),
    path: Type.Optional(path("Path and query behind the target's url. Default: none.")),
    headers: httpProperties.headers,
    ...Content,
  },
  { description: "One request to the agent.", additionalProperties: false },
);

type SseTarget = Type.Static<typeof SseTarget>;
type SseRequest = Type.Static<typeof SseRequest>;

/** Server-sent events of the agent's own: a turn, typed or spoken, with its tokens and what its stages took. */
export const sse: TargetKind<SseTarget, SseRequest> = {
  kind: "sse",
  schema: SseTarget,
  requestSchema: SseRequest,
  tokens: true,
  stages: "any",
  async open(settings, context) {
    const base = parsedUrl(settings.url);
    const client = new HttpClient(tlsOf(settings, context));
    const readFile = fileReader(context);
    const rules: HttpRules = {
      ...limitsOf(settings),
      expected: (status) => status === 200,
      reader: (head, exchange) => eventsOf(settings.events ?? {}, head, exchange),
    };
    const prepare = (request: SseRequest): PreparedRequest => {
      const { type, body } = contentOf(request, readFile);
      return client.prepare({
        method: request.method ?? (body === undefined ? "GET" : "POST"),
        url: request.path === undefined ? base : under(base, request.path),
        headers: {
          accept: "text/event-stream",
          "accept-encoding": "identity",
          ...(type !== undefined && { "content-type": type }),
          ...settings.headers,
          ...request.headers,
        },
        ...(body !== undefined && { body }),
      });
    };
    const preparations = new Preparations(prepare);
    return {
      send: (request, signal) => preparations.with(request, (prepared) => client.send(prepared, rules, signal)),
      close: async () => client.close(),
    };
  },
};

function eventsOf(events: AgentEvents, head: AnswerHead, exchange: Exchange): BodyReader {
  const answer = new AgentAnswer(events, exchange);
  let time = 0;
  let wrong: Failure | undefined = head.get("content-type")?.includes("event-stream")
    ? undefined
    : failure("protocol", "its answer is no stream of events (text/event-stream)");
  const reader = new EventReader((name, data) => answer.message(name, data, time));
  return {
    read(bytes, at) {
      time = at;
      const enough = wrong ?? reader.read(bytes);
      if (typeof enough === "object") wrong = enough;
      return enough !== false;
    },
    end() {
      const last = wrong || answer.done ? false : reader.end();
      const missing = answer.end();
      return wrong ?? (typeof last === "object" ? last : missing);
    },
  };
}
