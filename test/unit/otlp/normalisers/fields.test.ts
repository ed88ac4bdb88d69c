import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { keyOf } from "../../../../src/inputs/otlp/content.ts";
import type { Fields, Normaliser } from "../../../../src/inputs/otlp/normalisers/fields.ts";
import { normalise, normalisers } from "../../../../src/inputs/otlp/normalisers/index.ts";
import { spansOf } from "./spans.ts";

const columns: [field: keyof Fields, title: string][] = [
  ["role", "role"],
  ["roleBySpanName", "role, by the span's name"],
  ["roleByEvent", "role, by an event"],
  ["label", "label"],
  ["model", "model"],
  ["inputTokens", "input tokens"],
  ["outputTokens", "output tokens"],
  ["timeToFirstToken", "time to first token (s)"],
  ["millisecondsToFirstToken", "time to first token (ms)"],
  ["firstTokenEvent", "first token, by an event's time"],
  ["turnId", "turn"],
  ["interrupted", "interrupted"],
  ["heardSilence", "heard silence (s)"],
  ["errorType", "error, besides the usual ones"],
];

function table({ title, fields }: Normaliser): string {
  const rows = columns.flatMap(([field, name]) => {
    const names = fields[field];
    return names ? [`| ${name} | ${names.map((one) => `\`${one}\``).join(", ")} |`] : [];
  });
  return [`### ${title}`, "", "| field | read from |", "| --- | --- |", ...rows].join("\n");
}

describe("the fields of spans", () => {
  it("are read from the attributes that docs/OPENTELEMETRY.md names", () => {
    const page = readFileSync(new URL("../../../../docs/OPENTELEMETRY.md", import.meta.url), "utf8");
    // As the formatter wants it, columns are filled up.
    const plain = page.replace(/ +\|/g, " |").replace(/\| -+ \| -+ \|/g, "| --- | --- |");
    const documented = plain.slice(plain.indexOf("\n### ") + 1).trim();
    assert.equal(documented, normalisers.map(table).join("\n\n"), "write what is expected here to the end of the page");
  });

  it("are read from attributes that pass the door", () => {
    const namesOf = (fields: object) =>
      Object.entries(fields).flatMap(([field, names]) => (/SpanName$|Event$/.test(field) ? [] : names));
    const names: string[] = normalisers.flatMap(({ fields }) => namesOf(fields));
    const content = names.filter((name) => keyOf(name).content);
    assert.deepEqual(content, []);
  });

  it("hold no names that are attributes of nothing else: spans of an HTTP client stay what they are", () => {
    const requests = spansOf("recorded/aiSdk").filter(({ name }) => name === "POST");
    assert.ok(requests.length > 0);
    for (const request of requests) assert.equal(normalise(request), undefined);
  });
});
