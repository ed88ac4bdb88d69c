import assert from "node:assert/strict";
import { maskedCommandLine, maskSecrets } from "../../../src/model/mask.ts";

describe("masking secrets", () => {
  for (const [text, masked] of [
    ["node a.js --api-key=abc --max-tokens=100", "node a.js --api-key=*** --max-tokens=100"],
    ["node --api-key abc --port 3", "node --api-key *** --port 3"],
    ["OPENAI_API_KEY=xx node", "OPENAI_API_KEY=*** node"],
    ['curl -H "Authorization: Bearer abcdefgh"', 'curl -H "Authorization: Bearer ***"'],
    ["agent --authToken=zz", "agent --authToken=***"],
    ["agent sk-proj-abcdefghij hf_abcdefghijklmnopqr", "agent *** ***"],
    ["https://me:pw@host/x?api_key=abc&q=1", "https://me:***@host/x?api_key=***&q=1"],
    ["redis://:pw@host:1", "redis://:***@host:1"],
    ["--password 'a b' --verbose", "--password *** --verbose"],
    ["docker run -e DB_PASSWORD=1 -e MODE=2", "docker run -e DB_PASSWORD=*** -e MODE=2"],
  ] as const) {
    it(`turns ${text} into ${masked}`, () => assert.equal(maskSecrets(text), masked));
  }

  for (const text of [
    "--token --verbose",
    "MONKEY=1 keyboard=2",
    "--key-file a.pem",
    "node /srv/token.js",
    "TOKENS=5",
  ]) {
    it(`leaves ${text} alone`, () => assert.equal(maskSecrets(text), text));
  }

  it("masks whole arguments, blanks and all, and quotes those that have some", () => {
    const argv = ["agent", "--password=my secret words", "-H", "X-Api-Key: abc def", "--token", "a b", "plain text"];
    assert.equal(maskedCommandLine(argv), 'agent --password=*** -H "X-Api-Key: ***" --token *** "plain text"');
  });

  it("takes long arguments in stride, and cuts them", () => {
    assert.ok(maskedCommandLine(["node", "-e", "a-".repeat(1e6), "key=".repeat(1e5)]).length < 1100);
  });
});
