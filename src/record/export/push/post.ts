import type { RemoteEndpoint } from "../../../model/remoteEndpoint.ts";
import type { Sent } from "./pusher.ts";

export interface PostOptions {
  headers: Record<string, string>;
  /** Whether a request with this answer may be sent again, beside those whose fault a setting is. */
  retryable: (status: number) => boolean;
  /** What a successful answer says beside, for people. */
  note?: (answer: Uint8Array) => string | undefined;
}

/** Seconds. */
const PATIENCE = 30;
const LONGEST_AFTER = 600;
/** Characters of the other side's message. */
const LONGEST_MESSAGE = 300;
const MOST_READ = 64 * 1024;

/** Posts a request. What a wrong address or header makes fail is tried again, so that nothing is lost until it is mended. */
export async function post(
  { url, headers }: RemoteEndpoint,
  options: PostOptions,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<Sent> {
  let response: Response;
  let answer: Uint8Array;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { ...headers, ...options.headers },
      body: body as Uint8Array<ArrayBuffer>,
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE * 1000)]),
    });
    answer = await beginning(response);
  } catch (error) {
    return { retry: `It can't be reached: ${reasonOf(error)}.` };
  }
  const { status } = response;
  if (response.ok) {
    const note = options.note?.(answer);
    return { taken: true, ...(note !== undefined && { note }) };
  }
  const text = Buffer.from(answer).toString("utf8");
  // Of protobuf answers the text in them.
  const words = text
    .replace(/[^\p{L}\p{N}\p{P}\p{S} ]+/gu, " ")
    .trim()
    .slice(0, LONGEST_MESSAGE);
  const said = `it answers ${status}${words === "" ? "" : ` (${words})`}`;
  if (status >= 300 && status < 400)
    return { retry: `The address leads elsewhere: ${said}. Name the address it leads to.` };
  if (status === 401 || status === 403 || status === 407)
    return { retry: `It does not let us in: ${said}. Correct the headers.` };
  if (status === 404 || status === 405)
    return { retry: `There is nothing that takes figures: ${said}. Correct the address.` };
  if (!options.retryable(status)) return { refused: said };
  const after = retryAfter(response.headers.get("retry-after"));
  return { retry: `It is not ready: ${said}.`, ...(after !== undefined && { after }) };
}

async function beginning(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    size += part.length;
    if (size >= MOST_READ) break;
  }
  return Buffer.concat(parts);
}

/** Seconds, of both forms of RFC 9110. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), LONGEST_AFTER) : undefined;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${PATIENCE} s`;
  if (error.name === "AbortError") return "given up, as we end";
  const { cause } = error;
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join("; ");
  return cause instanceof Error ? cause.message : error.message;
}
