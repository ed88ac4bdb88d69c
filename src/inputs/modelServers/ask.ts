import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

export interface Answer {
  status: number;
  body: string;
}

/** Gets a path of one server. Rejects with `NoAnswer` alone. */
export type Ask = (path: string) => Promise<Answer>;

/**
 * Why there is no usable answer. `absent`: nothing listens or the connection broke; `silent`: nothing in time;
 * `strange`: something answered, but not as a model server does. The message is for people.
 */
export class NoAnswer extends Error {
  readonly reason: "absent" | "silent" | "strange";

  constructor(reason: "absent" | "silent" | "strange", message: string) {
    super(message);
    this.reason = reason;
  }
}

const TIMEOUT = 2;
const LONGEST_BODY = 1 << 20;

/** Asks a server by GET: two seconds and 1 MiB a time, redirects are not followed, no connection is kept. */
export function asker(url: string, signal: AbortSignal): Ask {
  return async (path) => {
    const whole = URL.parse(path, url);
    if (!whole) throw new NoAnswer("strange", "Its address is no URL: write http://host:port");
    return await get(whole, signal);
  };
}

function get(url: URL, signal: AbortSignal): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const request = (url.protocol === "https:" ? requestHttps : requestHttp)(url, {
    agent: false,
    signal,
    headers: { accept: "*/*", "accept-encoding": "identity", "user-agent": "agent-vitals" },
  });
  const fail = (error: Error) => {
    reject(error instanceof NoAnswer ? error : new NoAnswer("absent", inWords(error, url)));
    request.destroy();
  };
  const timer = setTimeout(
    () => fail(new NoAnswer("silent", `No answer to ${url.pathname} within ${TIMEOUT} s`)),
    TIMEOUT * 1000,
  );
  timer.unref();
  request.once("close", () => clearTimeout(timer));
  request.on("error", fail);
  request.once("response", (response) => {
    const chunks: Buffer[] = [];
    let length = 0;
    response.on("error", fail);
    response.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > LONGEST_BODY) fail(new NoAnswer("strange", `Its answer to ${url.pathname} is longer than 1 MiB`));
      else chunks.push(chunk);
    });
    response.once("end", () => {
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
    });
  });
  request.end();
  return promise;
}

function inWords(error: NodeJS.ErrnoException, { host, hostname }: URL): string {
  if (error.code === "ECONNREFUSED") return `Nothing listens at ${host}`;
  if (error.code === "ENOTFOUND" || error.code === "EAI_AGAIN") return `The host name ${hostname} is not known here`;
  if (error.code === "ECONNRESET") return "It closed the connection without an answer";
  return `It can't be reached: ${error.code ?? error.message}`;
}

/** What a status other than 200 means, and what to do about it where something can be done. */
export function refusal(path: string, status: number): NoAnswer {
  const said = `It answered ${path} with status ${status}`;
  if (status === 401 || status === 403) {
    return new NoAnswer("strange", `${said}: it wants an API key, and none is sent. Name its kind in the config`);
  }
  if (status >= 300 && status < 400) return new NoAnswer("strange", `${said}: redirects are not followed`);
  return new NoAnswer("strange", said);
}
