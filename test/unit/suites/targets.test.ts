import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TSchema } from "typebox";
import { Check } from "typebox/value";
import { targetKinds } from "../../../src/suites/targets/index.ts";

interface Described {
  const?: unknown;
  description?: string;
  properties?: Record<string, Described>;
}

interface Contributed extends Described {
  examples?: unknown[];
  properties?: Record<string, Contributed>;
  patternProperties?: Record<string, Contributed>;
}

/** What a suite's file may say, by kind: the target's settings and a request. */
const samples: Record<string, [object, object]> = {
  openai: [
    { url: "http://127.0.0.1:8080/v1", apiKeyEnv: "OPENAI_API_KEY" },
    { prompt: "Hello", maxTokens: 64 },
  ],
  ollama: [
    { model: "llama3.2:3b", keepAlive: "10m" },
    { api: "embed", input: ["Hello"], options: { num_ctx: 4096 } },
  ],
  sse: [
    { url: "http://127.0.0.1:3210", events: { token: ["delta"] } },
    { path: "/voice", file: "voices/hello.wav" },
  ],
  websocket: [
    { url: "ws://127.0.0.1:8765", until: { idle: "500ms" } },
    { json: { text: "Hello" }, until: { messages: 1 } },
  ],
  http: [
    { url: "https://127.0.0.1:3210", tls: { insecure: true } },
    { method: "PUT", path: "/x?y=1", text: "Hello", expect: [200, 204] },
  ],
  stdio: [{ command: "python", args: ["agent.py"], ready: "ready" }, { text: "Hello" }],
  module: [{ module: "src/answer.ts#answer" }, { args: ["Hello"] }],
};

/** Paths of what an editor's hover would say nothing about. */
function undescribed(schema: Described, path: string): string[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, one]) => undescribed(one, `${path}.${name}`));
  return schema.description ? inner : [path, ...inner];
}

describe("Kinds of targets", () => {
  for (const { kind, schema, requestSchema } of targetKinds) {
    it(`${kind} take what a suite's file says, and nothing that they don't know`, () => {
      const [settings, request] = samples[kind] ?? [{}, {}];
      const takes = (one: TSchema, value: object) => Check(one, value);
      assert.equal(takes(schema, { kind, ...settings }), true);
      assert.equal(takes(requestSchema, request), true);
      assert.equal(takes(schema, { kind: "other", ...settings }), false);
      assert.equal(takes(schema, { kind, ...settings, unknown: 1 }), false);
      assert.equal(takes(requestSchema, { ...request, unknown: 1 }), false);
    });

    it(`${kind} describe all of it`, () => {
      const all = [
        ...undescribed(schema as Described, "target"),
        ...undescribed(requestSchema as Described, "request"),
      ];
      assert.deepEqual(all, []);
    });
  }

  describe("in an editor's schema", () => {
    const file = join(import.meta.dirname, "../../../media/agent-vitals-suite.schema.json");
    const contributed = JSON.parse(readFileSync(file, "utf8")) as Contributed;
    const [scenario] = Object.values(contributed.properties?.scenarios?.patternProperties ?? {});

    it("have all of their requests told", () => {
      const hints = scenario?.properties?.request?.properties ?? {};
      for (const { kind, requestSchema } of targetKinds)
        for (const name of Object.keys((requestSchema as Described).properties ?? {}))
          assert.match(
            hints[name]?.description ?? "",
            new RegExp(`^\\S.+\\(.*\\b${kind}\\b.*\\)$`),
            `${kind}: ${name}`,
          );
      assert.deepEqual(hints.until?.properties?.idle?.examples, ["500ms"]);
      assert.ok(hints.api?.examples?.includes("responses"));
    });

    it("may have variables where numbers and durations are wanted", () => {
      const { count, duration } = scenario?.properties ?? {};
      for (const [schema, value, fits] of [
        [duration, "2s", true],
        [duration, `\${env:D}`, true],
        [duration, "soon", false],
        [count, 5, true],
        [count, `\${env:N}`, true],
        [count, "5", false],
        [count, 0, false],
      ] as const)
        assert.equal(Check(schema as TSchema, value), fits, JSON.stringify(value));
    });
  });
});
