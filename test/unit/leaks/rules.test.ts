import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { explainAllocations } from "../../../src/judges/leaks/explain/explainAllocations.ts";
import { explainGrowth } from "../../../src/judges/leaks/explain/explainGrowth.ts";
import { leakRules } from "../../../src/judges/leaks/rules/rules.ts";
import type { AllocationProfile, LeakSuspect } from "../../../src/model/leaks.ts";
import { leakPrograms, twinOf } from "../../fixtures/leaks/programs.ts";

const runner = join(import.meta.dirname, "../../fixtures/leaks/support/snapshots.mjs");
const TURNS = 60;

type Explain = (snapshots: [string, string, string], profile: AllocationProfile, startTime: number) => LeakSuspect[];

/** Programs in one process that makes their turns and takes three snapshots between them; explained here. */
async function suspectsOf(files: string[], turns: number, explain: Explain): Promise<LeakSuspect[]> {
  const folder = mkdtempSync(join(tmpdir(), "av-rules-"));
  try {
    const startTime = Date.now() / 1000;
    await promisify(execFile)(process.execPath, [runner, folder, `${turns}`, ...files]);
    const at = (number: number) => join(folder, `${number}.heapsnapshot`);
    const profile = JSON.parse(readFileSync(join(folder, "profile.json"), "utf8")) as AllocationProfile;
    return explain([at(1), at(2), at(3)], profile, startTime);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const growthIn = (files: string[]) =>
  suspectsOf(files, TURNS, (snapshots, profile, startTime) =>
    explainGrowth({ snapshots, profile, turns: 2 * TURNS, startTime }),
  );

interface Message {
  /** In `test/fixtures/leaks/leaky`; its twin is in `clean/twins`. */
  program: string;
  explanation: string;
  advice: string;
}

/** What each rule prints of a program that leaks in its way. */
const messages: Record<string, Message> = {
  "growing-collection": {
    program: "sessionMap",
    explanation: "sessions (Map) grows and is never emptied: 120 of Session more than at the beginning.",
    advice:
      "Delete an entry when what it stands for has ended, give it a bound, or let it go by itself: a WeakMap by the object, an LRU with a size.",
  },
  listeners: {
    program: "emitterListeners",
    explanation:
      "Listeners are added to bus and never removed: 120 more than at the beginning, each with all that its function sees.",
    advice:
      "Remove each listener when its turn ends: off() with the same function, { once: true }, or { signal } with a controller of the turn. Listeners on a shared AbortSignal stay as long as the signal does.",
  },
  timers: {
    program: "intervals",
    explanation:
      "Timers are set and never cleared: 120 more wait than at the beginning, each with all that its callback sees.",
    advice:
      "Keep what setInterval or setTimeout returns, and clear it when the turn or the session ends; a timeout that guards a call is cleared when the call has answered.",
  },
  closures: {
    program: "callbacks",
    explanation:
      "Functions are kept in callbacks: 120 more than at the beginning, each with everything that its scope holds.",
    advice:
      "Take them out when they are done. A function keeps the whole scope of what it uses, also what only another function there uses: put what is large outside, or set it to undefined when it is no longer needed.",
  },
  promises: {
    program: "pendingPromises",
    explanation: "Promises that never settle are waited for: 120 more are in waiting than at the beginning.",
    advice:
      "Settle each one on every path, also on error, timeout and cancellation, and take it out of the list when it has: pending.delete(id) in finally.",
  },
  "streams-and-sockets": {
    program: "openFiles",
    explanation: "120 more objects of ReadStream are kept, open or not, than at the beginning, held by readers.",
    advice:
      "Read each to its end or destroy() it, on every path, and let it go at its 'close'; pipeline() does so when one side fails, `await using` when the block is left. A response whose body nobody reads keeps its socket.",
  },
  buffers: {
    program: "audioBuffers",
    explanation: "Memory outside of V8's heap is kept: 120 more buffers are in heard than at the beginning.",
    advice:
      "Drop a chunk once it is sent or written, and bound what is queued. A small slice keeps the whole Buffer that it was cut from: copy it with Buffer.from(slice).",
  },
  "duplicate-strings": {
    program: "repeatedTexts",
    explanation:
      "The same texts are kept again and again in prompts: 120 more than at the beginning, most of them copies.",
    advice:
      "Keep one of each: a Map from text to text, or an index into a list of the distinct ones; and bound how many are kept.",
  },
  "unbounded-cache": {
    program: "embeddingCache",
    explanation: "embeddingCache has no bound: 120 entries more than at the beginning.",
    advice:
      "Give it a size or an age (lru-cache), or key it by the object itself in a WeakMap. Look whether its keys repeat at all: one that holds a time or an id never hits.",
  },
  "unbounded-log": {
    program: "errorLog",
    explanation: "failed keeps everything that was ever written to it: 120 entries more than at the beginning.",
    advice:
      "Keep the last few hundred and write the rest to a file. An Error keeps its stack, and through its cause and fields often the whole request.",
  },
  "async-context": {
    program: "asyncStores",
    explanation:
      "Each AsyncResource in pending keeps the store of the AsyncLocalStorage that it was made under: 120 more than at the beginning.",
    advice:
      "End what was begun under the store (emitDestroy, close, clear), or keep in the store only an id and the rest in a Map from which it is deleted when the turn ends.",
  },
  "duplicate-modules": {
    program: "modules",
    explanation:
      "Modules are loaded again and again, and each copy stays in the cache of modules: 120 more than at the beginning.",
    advice:
      "Import it once, at the top. Whoever wants it fresh (a query in its URL, a path that changes, a deleted entry of require.cache) keeps every copy for the life of the process.",
  },
};

const programs = new Map(leakPrograms().map((program) => [program.name, program]));

function pairOf(name: string) {
  const program = programs.get(name);
  assert.ok(program, `There is no leaky program ${name}.`);
  const twin = twinOf(program);
  assert.ok(twin, `${name} has no clean twin.`);
  return { program, twin };
}

describe("the leak rules", function () {
  this.timeout(180_000);

  it("have a program, its clean twin and a page each", () => {
    assert.deepEqual(Object.keys(messages).sort(), leakRules.map(({ id }) => id).sort());
    const page = readFileSync(join(import.meta.dirname, "../../../docs/LEAKS.md"), "utf8");
    for (const { id } of leakRules) assert.ok(page.includes(`\n### ${id}\n`), id);
    for (const { program } of Object.values(messages)) pairOf(program);
  });

  for (const [rule, { program: name, explanation, advice }] of Object.entries(messages))
    it(`say of ${name}: ${rule}`, async () => {
      const { program } = pairOf(name);
      const [first, ...others] = await growthIn([program.file]);
      assert.deepEqual(pick(first), { rule, explanation, advice, location: program.location });
      assert.deepEqual(others, []);
    });

  it("tell by symbol, static and private field, and where a package is called that keeps", async () => {
    const unusual = ["inDependency", "symbolHolder", "staticField", "generators", "textKeys", "chatTexts"].flatMap(
      (name) => programs.get(name) ?? [],
    );
    const growth = await growthIn(unusual.map(({ file }) => file));
    const found = growth.map(({ rule, variable, location }) => ({
      expected: { rule, variable },
      location: location && { file: location.file, line: location.line },
    }));
    assert.equal(found.length, unusual.length, JSON.stringify(growth));
    for (const { name, expected, location } of unusual) {
      const { rule, variable } = expected;
      const one = found.find((each) => each.expected.variable === variable);
      assert.deepEqual(one, { expected: { rule, variable }, location }, name);
    }
  });

  it("tell what holds where only a server's listener or a timer sees it, and the true listeners and timers there", async () => {
    const served = [
      "commonjs",
      "nestedTurns",
      "ownServer",
      "insideMain",
      "listenersInMain",
      "ownListeners",
      "storesInMain",
      "endedResponses",
    ].map((name) => pairOf(name).program);
    // Behind timers that leak, nothing else is told that only a timer holds.
    const timers = pairOf("ownTimers").program;
    const growth = [...(await growthIn(served.map(({ file }) => file))), ...(await growthIn([timers.file]))];
    served.push(timers);
    const words = (file?: string, line?: number, rule?: string) => `${file?.split("/").at(-1)}:${line} ${rule}`;
    assert.deepEqual(
      growth.map(({ location, rule }) => words(location?.file, location?.line, rule)).sort(),
      served.map(({ location, expected }) => words(location?.file, location?.line, expected.rule)).sort(),
      JSON.stringify(growth, undefined, 1),
    );
    for (const { name, location, expected } of served) {
      const one = growth.find((each) => each.location?.file === location?.file);
      assert.equal(one?.variable ?? undefined, expected.variable, name);
      assert.doesNotMatch(one?.retainerPath ?? "", /ModuleWrap|_onTimeout|request/, name);
    }
  });

  it("call sockets open while they are", async () => {
    const [first] = await growthIn([programs.get("openSockets")?.file ?? ""]);
    assert.deepEqual(
      [first?.rule, first?.explanation],
      ["streams-and-sockets", "120 more objects of Socket are open than at the beginning, held by upstream."],
    );
  });

  it("say nothing of the clean twins", async () => {
    const twins = [...programs.values()].flatMap((program) => (program.leaks ? (twinOf(program) ?? []) : []));
    assert.ok(twins.length >= leakRules.length);
    assert.deepEqual(await growthIn(twins), []);
  });

  it("name the functions whose allocations stay where no snapshot is taken, and none of the twin", async () => {
    const { program, twin } = pairOf("embeddingCache");
    const allocationsIn = (file: string) =>
      suspectsOf([file], 240, (_, profile, startTime) => explainAllocations(profile, startTime));
    const [first] = await allocationsIn(program.file);
    assert.deepEqual(
      [first?.rule, first?.explanation, first?.advice, first?.location?.file],
      [
        "allocation",
        "What embed() allocated is still held.",
        "A hunt with snapshots tells what holds it, and of which class it is.",
        program.file,
      ],
    );
    assert.deepEqual(await allocationsIn(twin), []);
  });
});

function pick(suspect: LeakSuspect | undefined) {
  if (!suspect) return undefined;
  const { rule, explanation, advice, location } = suspect;
  return { rule, explanation, advice, location: location && { file: location.file, line: location.line } };
}
