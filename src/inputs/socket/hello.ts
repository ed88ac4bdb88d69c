import { createHash, timingSafeEqual } from "node:crypto";
import { type Hello, PROTOCOL_VERSION } from "../../model/wire.ts";
import { BadLine, parseLine } from "./parse.ts";

/** Why a client is not let in, for the client itself and the log; `retryAfter` seconds when it may try again. */
export class Refusal extends Error {
  readonly retryAfter: number | undefined;

  constructor(message: string, retryAfter?: number) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/**
 * The hello that a client's first line is.
 * @throws Refusal
 */
export function readHello(line: string, token: string): Hello {
  const hello = parse(line);
  if (hello.protocol !== PROTOCOL_VERSION) {
    const versions = `This client speaks version ${hello.protocol} of the protocol, the collector version ${PROTOCOL_VERSION}.`;
    throw new Refusal(`${versions} Update the older of the two: the client by Add Client to This Project.`);
  }
  if (!sameToken(hello.token, token)) {
    const wrong = hello.token === "" ? "No token was given" : "The token is not this workspace's";
    throw new Refusal(
      `${wrong}. Start ${hello.agent} from a terminal of the workspace, or in one set up by Agent Vitals: Copy Environment for an External Terminal.`,
    );
  }
  return hello;
}

function parse(line: string): Hello {
  try {
    const event = parseLine(line);
    if (event.type === "hello") return event;
    throw new BadLine("no hello", `is a ${event.type}`);
  } catch (error) {
    if (!(error instanceof BadLine)) throw error;
    throw new Refusal(`The first line has to be a hello (docs/PROTOCOL.md); this one ${error.message}.`);
  }
}

/** Compared in constant time, whatever the lengths. */
function sameToken(given: string, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
