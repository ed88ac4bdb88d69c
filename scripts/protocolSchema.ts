import { PROTOCOL_VERSION, wireKinds } from "../src/model/wire.ts";

/** The wire protocol as a JSON Schema (draft 7): any line is one of its definitions. */
export function protocolSchema(): string {
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: `Agent Vitals event socket, protocol version ${PROTOCOL_VERSION}`,
    description: "One line of the newline-delimited JSON that clients and the collector exchange.",
    oneOf: Object.keys(wireKinds).map((kind) => ({ $ref: `#/definitions/${kind}` })),
    definitions: wireKinds,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
