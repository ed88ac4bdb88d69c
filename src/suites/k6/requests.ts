import { rowsOf } from "../data/rows.ts";
import type { RequestContext, Scenario, Suite } from "../suite.ts";
import { type HttpTarget, type HttpTargetRequest, wireRequest } from "../targets/http.ts";

/** A file of more is no test's data any more. */
const MOST = 10_000;

/** A request as the script reads it. `${number}`, `${user}` and `${uuid}` are filled in by the script. */
export interface K6Request {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string;
  /** The body is bytes in base64. */
  binary?: true;
  /** The body is JSON. */
  json?: true;
  /** Statuses of a good answer. */
  expect?: number[];
}

/** Written for what is not known before the run; private characters, which no text has by chance. */
export const marks = {
  number: "\ue000number\ue001",
  user: "\ue000user\ue001",
  uuid: "\ue000uuid\ue001",
  /** Of an environment variable. */
  env: (name: string) => `\ue000env:${name}\ue001`,
};

/** Headers whose values are secrets: they are asked for by an environment variable, and stay out of the file. */
const secretHeader = /authorization|cookie|token|secret|password|key$/i;
/** A secret that is all the environment's. */
const ofEnvironment = /^(?:\w+ +)?\ue000env:[^\ue001]*\ue001$/;
/** Stands for the server while a request is made. */
const SERVER = "http://server.invalid";

/** One request for each row of a scenario's data, ready to be sent. @throws when a row or a file can't be read */
export async function k6Requests(
  { data, folder, targets }: Suite,
  { name, target, data: rows, request }: Scenario,
  readFile: (name: string) => Buffer,
): Promise<{ requests: K6Request[]; secrets: string[]; cut: boolean }> {
  const settings = targets[target]?.settings as HttpTarget;
  const source = rows === undefined ? undefined : data[rows];
  const requests: K6Request[] = [];
  const secrets = new Set<string>();
  let cut = false;
  for await (const row of source ? rowsOf(source, folder) : [{}]) {
    if (requests.length === MOST) {
      cut = true;
      break;
    }
    const context = { row, number: marks.number, user: marks.user } as unknown as RequestContext;
    const make = () => wireOf(settings, request.make(context) as HttpTargetRequest, readFile);
    const { credentials, ...wire } = make();
    if (credentials) secrets.add("authorization");
    requests.push(withoutSecrets(withUuids(wire, make()), secrets));
  }
  if (requests.length === 0) throw new Error(`Scenario ${name} has no row of data ${JSON.stringify(rows)}.`);
  return { requests, secrets: [...secrets], cut };
}

/** The variable that the value of a secret header is taken from. */
export const variableOf = (header: string): string => `HEADER_${header.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;

/** Environment variables whose marks texts have. */
export function variablesIn(texts: readonly string[]): string[] {
  return [
    ...new Set(
      texts.flatMap((text) => [...text.matchAll(/\ue000env:([^\ue001]*)\ue001/g)].map(([, name = ""]) => name)),
    ),
  ];
}

/** An address may have marks where none can be parsed: its server is put in behind. */
function wireOf(
  settings: HttpTarget,
  request: HttpTargetRequest,
  readFile: (name: string) => Buffer,
): K6Request & { credentials: boolean } {
  const [, scheme = "", user, server = "", rest = ""] =
    /^(https?:\/\/)?([^/?#]*@)?([^/?#]*)(.*)$/s.exec(settings.url) ?? [];
  const { method, url, headers, body } = wireRequest({ ...settings, url: SERVER + rest }, request, readFile);
  const { path, json, expect } = request;
  const behind = rest === "" && path === undefined ? "" : unescaped(url.href).slice(SERVER.length);
  const common = {
    method,
    // A path that is the environment's has its own slash.
    url: scheme + server + (rest === "" && path?.startsWith("\ue000") ? behind.slice(1) : behind),
    headers: { ...headers },
    credentials: user !== undefined && !Object.keys(headers).some((name) => name.toLowerCase() === "authorization"),
    ...(json !== undefined && { json: true as const }),
    ...(expect !== undefined && { expect: [expect].flat() }),
  };
  if (body === undefined) return common;
  return typeof body === "string" ? { ...common, body } : { ...common, body: body.toString("base64"), binary: true };
}

/** An address writes private characters as bytes. */
function unescaped(href: string): string {
  return href.replace(/%EE%80%80.*?%EE%80%81/g, decodeURIComponent);
}

/** What differs between two requests that were made of the same row, and looks like a UUID, is one. */
function withUuids(one: K6Request, other: K6Request): K6Request {
  const text = JSON.stringify(other);
  const fresh = (value: string) =>
    value.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (uuid) => (text.includes(uuid) ? uuid : marks.uuid));
  if (one.binary) return { ...one, url: fresh(one.url) };
  const headers = Object.fromEntries(Object.entries(one.headers).map(([name, value]) => [name, fresh(value)]));
  return { ...one, url: fresh(one.url), headers, ...(one.body !== undefined && { body: fresh(one.body) }) };
}

function withoutSecrets(request: K6Request, secrets: Set<string>): K6Request {
  const headers = Object.entries(request.headers).filter(([header, value]) => {
    if (!secretHeader.test(header) || ofEnvironment.test(value)) return true;
    secrets.add(header);
    return false;
  });
  return { ...request, headers: Object.fromEntries(headers) };
}
