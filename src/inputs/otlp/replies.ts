/** Answers, in the encoding of what they answer. */
import { Writer } from "protobufjs/minimal.js";
import type { Intake } from "./intake.ts";
import type { Encoding, Signal } from "./signals.ts";

export interface Reply {
  contentType: string;
  body: string | Uint8Array;
}

const CONTENT_TYPES: Record<Encoding, string> = { protobuf: "application/x-protobuf", json: "application/json" };

/** The encoding that a request's or reply's `Content-Type` names. */
export function encodingOf(contentType: string | undefined): Encoding | undefined {
  const [type = ""] = (contentType ?? "").toLowerCase().split(";", 1);
  return (["protobuf", "json"] as const).find((encoding) => CONTENT_TYPES[encoding] === type.trim());
}

/** An Export…ServiceResponse: empty when all was taken, else with what was rejected and why. */
export function success(encoding: Encoding, { rejectedField }: Signal, intake: Intake<unknown>): Reply {
  const { rejected } = intake;
  if (encoding === "json") {
    const partialSuccess = { [rejectedField]: String(rejected), errorMessage: intake.summary };
    return json(rejected === 0 ? {} : { partialSuccess });
  }
  const response = Writer.create();
  if (rejected > 0) {
    // partial_success = 1 { rejected = 1, error_message = 2 }, alike for all signals
    response.uint32(0x0a).fork().uint32(0x08).int64(rejected).uint32(0x12).string(intake.summary).ldelim();
  }
  return { contentType: CONTENT_TYPES.protobuf, body: response.finish() };
}

/** gRPC's codes by HTTP's. */
const CODES: Partial<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  405: 12,
  408: 4,
  413: 8,
  415: 3,
  429: 14,
  500: 13,
};

/** A google.rpc.Status. Who sent something else than OTLP gets it as JSON. */
export function failure(encoding: Encoding | undefined, status: number, message: string): Reply {
  const code = CODES[status] ?? 2;
  if (encoding !== "protobuf") return json({ code, message });
  const body = Writer.create().uint32(0x08).int32(code).uint32(0x12).string(message).finish();
  return { contentType: CONTENT_TYPES.protobuf, body };
}

function json(value: unknown): Reply {
  return { contentType: CONTENT_TYPES.json, body: JSON.stringify(value) };
}
