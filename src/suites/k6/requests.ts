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
}

/** Written for what is not known before the run; private characters, which no text has by chance. */
export const marks = { number: "\ue000number\ue001", user: "\ue000user\ue001", uuid: "\ue000uuid\ue001" };

/** Headers whose values are secrets: they are asked for by an environment variable, and stay out of the file. */
const secretHeader = /authorization|cookie|token|secret|(?:^|-)key$/i;

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
    requests.push(withoutSecrets(withUuids(make(), make()), secrets));
  }
  if (requests.length === 0) throw new Error(`Scenario ${name} has no row of data ${JSON.stringify(rows)}.`);
  return { requests, secrets: [...secrets], cut };
}

/** The variable that the value of a secret header is taken from. */
export const variableOf = (header: string): string => `HEADER_${header.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;

function wireOf(settings: HttpTarget, request: HttpTargetRequest, readFile: (name: string) => Buffer): K6Request {
  const { method, url, headers, body } = wireRequest(settings, request, readFile);
  const common = { method, url: unescaped(url.href), headers: { ...headers } };
  if (body === undefined) return common;
  return typeof body === "string" ? { ...common, body } : { ...common, body: body.toString("base64"), binary: true };
}

/** An address writes private characters as bytes. */
function unescaped(href: string): string {
  return Object.values(marks).reduce((text, mark) => text.replaceAll(encodeURIComponent(mark), mark), href);
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
  const headers = Object.entries(request.headers).filter(([header]) => {
    if (!secretHeader.test(header)) return true;
    secrets.add(header);
    return false;
  });
  return { ...request, headers: Object.fromEntries(headers) };
}
