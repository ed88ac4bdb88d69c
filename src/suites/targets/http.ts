import Type from "typebox";
import { HttpClient, type HttpRules, type PreparedRequest } from "../http/client.ts";
import type { TargetKind } from "../target.ts";
import { Content, contentOf } from "./content.ts";
import { Preparations } from "./preparations.ts";
import { address, fileReader, httpProperties, limitsOf, parsedUrl, path, tlsOf, under } from "./settings.ts";

const HttpTarget = Type.Object(
  {
    kind: Type.Literal("http", { description: "Requests of plain HTTP." }),
    url: address("The server's address; paths of requests follow it.", "http://127.0.0.1:3210"),
    ...httpProperties,
  },
  { description: "A server of plain HTTP.", additionalProperties: false },
);

const Status = Type.Integer({ minimum: 100, maximum: 999 });

const HttpTargetRequest = Type.Object(
  {
    method: Type.Optional(
      Type.String({
        description: "Default: GET, or POST where there is a body.",
        pattern: "^[A-Z]+$",
        examples: ["PUT"],
      }),
    ),
    path: Type.Optional(path("Path and query behind the target's url. Default: none.")),
    headers: httpProperties.headers,
    ...Content,
    expect: Type.Optional(
      Type.Union([Status, Type.Array(Status)], {
        description: "Status, or statuses, of a good answer. Default: 200 to 299.",
      }),
    ),
  },
  { description: "One request of plain HTTP.", additionalProperties: false },
);

export type HttpTarget = Type.Static<typeof HttpTarget>;
export type HttpTargetRequest = Type.Static<typeof HttpTargetRequest>;

/** One request as it goes over the wire. @throws when its content can't be read */
export function wireRequest(settings: HttpTarget, request: HttpTargetRequest, readFile: (name: string) => Buffer) {
  const base = parsedUrl(settings.url);
  const { type, body } = contentOf(request, readFile);
  return {
    method: request.method ?? (body === undefined ? "GET" : "POST"),
    url: request.path === undefined ? base : under(base, request.path),
    headers: { ...(type !== undefined && { "content-type": type }), ...settings.headers, ...request.headers },
    ...(body !== undefined && { body }),
  };
}

/** Plain HTTP and HTTPS: one request, one answer, of which nothing is kept. */
export const http: TargetKind<HttpTarget, HttpTargetRequest> = {
  kind: "http",
  schema: HttpTarget,
  requestSchema: HttpTargetRequest,
  tokens: false,
  stages: [],
  async open(settings, context) {
    const client = new HttpClient(tlsOf(settings, context));
    const readFile = fileReader(context);
    const limits = limitsOf(settings);
    const prepare = (request: HttpTargetRequest): { prepared: PreparedRequest; rules: HttpRules } => ({
      prepared: client.prepare(wireRequest(settings, request, readFile)),
      rules: { ...limits, expected: expectation(request.expect) },
    });
    const preparations = new Preparations(prepare);
    return {
      send: (request, signal) =>
        preparations.with(request, ({ prepared, rules }) => client.send(prepared, rules, signal)),
      close: async () => client.close(),
    };
  },
};

function expectation(expect: number | number[] | undefined): (status: number) => boolean {
  if (expect === undefined) return (status) => status >= 200 && status < 300;
  const statuses = new Set([expect].flat());
  return (status) => statuses.has(status);
}
