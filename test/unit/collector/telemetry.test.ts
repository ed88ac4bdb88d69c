import assert from "node:assert/strict";
import { hostname } from "node:os";
import { Hub } from "../../../src/collector/hub.ts";
import { Telemetry } from "../../../src/collector/telemetry.ts";
import { normalise } from "../../../src/inputs/otlp/normalisers/index.ts";
import { processIdentity } from "../../../src/inputs/sampling/process/identity.ts";
import type { Span } from "../../../src/model/otlp.ts";
import { nowhere } from "../../../src/record/sinks.ts";

const now = () => Date.now() / 1000;

class Workplace {
  readonly logged: string[] = [];
  readonly #log = (_severity: string, message: string) => this.logged.push(message);
  readonly hub = new Hub({
    sink: nowhere,
    now,
    identify: processIdentity,
    onBegin: () => {},
    onEnd: () => {},
    log: () => {},
  });
  readonly telemetry = new Telemetry({ hub: this.hub, identify: processIdentity, normalise, now, log: this.#log });
  #spans = 0;

  call(resource: Span["attributes"]): void {
    const id = (++this.#spans).toString(16);
    this.telemetry.spans([
      {
        source: { resource, scope: "test", scopeVersion: "" },
        traceId: id.padStart(32, "0"),
        spanId: id.padStart(16, "0"),
        name: "chat m",
        kind: 3,
        start: now() - 2,
        duration: 1,
        status: "unset",
        attributes: { "gen_ai.operation.name": "chat", "gen_ai.request.model": "m" },
        events: [],
      },
    ]);
  }

  pids(agent: string): number[] | undefined {
    return this.hub.agent(agent)?.living.map((run) => run.pid);
  }
}

describe("what OpenTelemetry tells", () => {
  it("is of the process that it names, where that can be seen from here", () => {
    const { pid } = process;
    const workplace = new Workplace();
    workplace.call({ "service.name": "near", "process.pid": pid, "host.name": hostname() });
    assert.deepEqual(workplace.pids("near"), [pid]);
    const far = new Workplace();
    far.call({ "service.name": "far", "process.pid": pid, "host.name": "another-machine" });
    assert.deepEqual(far.pids("far"), [0], "a stranger has the same pid here");
    far.call({ "service.name": "far", "process.pid": pid, "host.name": "another-machine" });
    assert.deepEqual(far.pids("far"), [0]);
  });

  it("is counted where there are more agents than can be taken in, and told once", () => {
    const workplace = new Workplace();
    for (let i = 0; i < 205; i++) workplace.call({ "service.name": `service ${i}` });
    assert.equal(workplace.hub.agents().length, 200);
    assert.deepEqual(workplace.telemetry.rejected, { "too many agents": 5 });
    assert.equal(workplace.logged.length, 1);
    workplace.call({ "service.name": "service 7" });
    assert.deepEqual(workplace.telemetry.rejected, { "too many agents": 5 }, "the others are taken in as before");
  });
});
