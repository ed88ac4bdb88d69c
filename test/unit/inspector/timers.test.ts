import assert from "node:assert/strict";
import { installExpression, removeExpression } from "../../../src/inputs/inspector/probe/expression.ts";
import { Stage } from "./support.ts";

/**
 * What an inspector's message evaluates runs between any two calls of the agent's, also within Node's timers. The agent
 * here evaluates it by itself, and tells which functions of timers were called until it was through.
 */
const AGENT = `
  const touched = [];
  let watching = false;
  for (const name of ["setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate"]) {
    const real = globalThis[name];
    globalThis[name] = (...args) => {
      if (watching) touched.push(name);
      return real(...args);
    };
  }
  let batches = 0;
  const run = (expression) => {
    watching = true;
    (0, eval)(expression);
    watching = false;
  };
  globalThis.require = require;
  const timers = () => process.getActiveResourcesInfo().filter((type) => type === "Timeout").length;
  const [install, remove] = JSON.parse(process.argv[1]);
  const alive = setInterval(() => {}, 1e6);
  globalThis.told = () => batches++;
  run(install);
  setTimeout(() => {
    console.log("batches", batches > 0, "touched", JSON.stringify(touched));
    run(remove);
    setTimeout(() => {
      console.log("left", timers(), "touched", JSON.stringify(touched));
      clearInterval(alive);
    }, 1500);
  }, 2500);
`;

describe("the probe's timers", function () {
  this.timeout(30_000);
  const stage = new Stage();
  afterEach(() => stage.clear());

  it("are touched by none of the messages that bring it and take it away, and are gone a second later", async () => {
    const expressions = [installExpression({ binding: "told", thread: 0 }), removeExpression({ binding: "told" })];
    const agent = stage.run(process.execPath, ["-e", AGENT, JSON.stringify(expressions)]);
    await agent.prints(/batches .*\n/);
    assert.match(agent.output, /batches true touched \[\]/);
    // The two that are counted are the agent's own: what keeps it alive, and what is called just now.
    assert.match(await agent.prints(/left .*\n/), /left 2 touched \[\]/);
    await agent.end();
    assert.equal(agent.ended?.code, 0);
  });
});
