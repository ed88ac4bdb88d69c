import assert from "node:assert/strict";
import { type AgentProcess, json, runExample, startAgentProcess } from "./agentProcess.ts";

describe("the example agent's start and end", function () {
  this.timeout(20_000);
  let agent: AgentProcess;
  beforeEach(async () => {
    agent = await startAgentProcess();
  });
  afterEach(() => agent.kill());

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`ends with code 0 on ${signal}, even in the middle of an answer`, async () => {
      const talking = fetch(`${agent.url}/chat`, { method: "POST", body: '{"message":"Why?","mode":"thinker"}' });
      const reading = talking.then((response) => response.text()).catch(() => "broken off");
      await json(fetch(`${agent.url}/health`));
      agent.child.kill(signal);
      assert.deepEqual(await agent.ended, { code: 0, signal: null });
      await reading;
    });
  }

  it("says which port is taken and what to do", async () => {
    const second = runExample(["src/main.ts"], { PORT: new URL(agent.url).port });
    assert.equal((await second.ended).code, 1);
    assert.match(second.output(), /port \d+ is in use: .* set PORT/);
  });

  it("refuses a port that is none", async () => {
    const program = runExample(["src/main.ts"], { PORT: "http" });
    assert.equal((await program.ended).code, 1);
    assert.match(program.output(), /PORT is "http"/);
  });
});
