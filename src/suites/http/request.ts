import { validateHeaderValue } from "node:http";
import { apart } from "./credentials.ts";

/** A request of HTTP as it is meant. */
export interface HttpRequest {
  method: string;
  url: URL;
  headers: Readonly<Record<string, string>>;
  body?: string | Buffer;
}

/** Methods whose requests say how long their body is even when they have none. */
const WITH_BODY = new Set(["POST", "PUT", "PATCH"]);
/** What belongs to one server alone. */
const PRIVATE = /^(authorization|cookie|proxy-authorization)$/i;
/** What tells of a body. */
const OF_BODY = /^(content-|transfer-encoding$)/i;

/**
 * The request as it goes over the wire. Text of ASCII alone stays text, which is written quickest.
 * @throws when a header can't be sent
 */
export function requestBytes({ method, url, headers, body }: HttpRequest): Buffer | string {
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const lines = [`${method} ${url.pathname}${url.search} HTTP/1.1`];
  if (!given.has("host")) lines.push(`host: ${url.host}`);
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderValue(name, value);
    lines.push(`${name}: ${value}`);
  }
  if (!given.has("content-length") && (body !== undefined || WITH_BODY.has(method)))
    lines.push(`content-length: ${body === undefined ? 0 : Buffer.byteLength(body)}`);
  const head = `${lines.join("\r\n")}\r\n\r\n`;
  if (body === undefined) return head;
  if (typeof body !== "string") return Buffer.concat([Buffer.from(head, "latin1"), body]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  return /^[\x00-\x7f]*$/.test(body) ? head + body : Buffer.concat([Buffer.from(head, "latin1"), Buffer.from(body)]);
}

/** A name and password in its address become its header, unless it has one already. */
export function authorized(request: HttpRequest): HttpRequest {
  const { url, authorization } = apart(request.url);
  const { headers } = request;
  const given = Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
  return { ...request, url, headers: authorization === undefined || given ? headers : { authorization, ...headers } };
}

/** The request that a redirect asks for, as browsers do it; undefined when its address can't be gone to. */
export function redirected(request: HttpRequest, location: string, status: number): HttpRequest | undefined {
  const url = URL.parse(location, request.url.href);
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  const { method, headers, body } = request;
  const asked = method === "GET" || method === "HEAD";
  const anew = (status === 303 && !asked) || ((status === 301 || status === 302) && method === "POST");
  const keep = (name: string) =>
    !(anew && OF_BODY.test(name)) &&
    !(url.origin !== request.url.origin && (PRIVATE.test(name) || name.toLowerCase() === "host"));
  return {
    method: anew ? "GET" : method,
    url,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => keep(name))),
    ...(body !== undefined && !anew && { body }),
  };
}
