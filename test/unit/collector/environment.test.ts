import assert from "node:assert/strict";
import { agentEnvironment } from "../../../src/collector/environment.ts";
import { Workplace } from "../support/workplace.ts";

describe("the environment of an agent", () => {
  let workplace: Workplace;
  before(() => {
    workplace = new Workplace();
  });
  after(() => workplace.dispose());

  const otlpOf = async (env: Record<string, string>) =>
    Object.keys(await agentEnvironment(workplace.addresses, { otlp: true, env })).filter((n) => n.startsWith("OTEL"));

  it("names our OpenTelemetry door, but never over an endpoint of the user's own", async () => {
    assert.equal((await otlpOf({})).length, 3);
    for (const name of ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"])
      assert.deepEqual(await otlpOf({ [name]: "https://otel.example.com" }), []);
  });

  it("is ours again in a terminal of a VS Code that was started from a terminal of ours", async () => {
    const ours = await agentEnvironment(workplace.addresses, { otlp: true, env: {} });
    assert.equal((await otlpOf(ours)).length, 3);
    const own = { ...ours, OTEL_EXPORTER_OTLP_ENDPOINT: "https://otel.example.com" };
    assert.deepEqual(await otlpOf(own), [], "our token goes to nobody else");
  });
});
