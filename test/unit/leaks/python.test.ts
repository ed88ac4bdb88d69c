import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explainPython } from "../../../src/judges/leaks/python/explainPython.ts";
import type { GrowingHolder, Growth } from "../../../src/model/wire.ts";

const source = `import asyncio
sessions = {}
handlers = []
head = None

def open_session(name):
    # sessions[name] = nothing
    text = describe(name)
    session = Session(text)
    sessions[name] = session
    return session

class Memory:
    async def listen(
        self,
        topic,
    ):
        def on_event():
            return topic

        handlers.append(on_event)

def describe(name):
    return name * 100
`;

describe("What grew in a Python agent", () => {
  let folder = "";
  let file = "";
  let now = 0;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "av-python-"));
    file = join(folder, "agent.py");
    writeFileSync(file, source);
    now = Date.now() / 1000;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const frames = (...lines: number[]) => lines.map((line) => ({ file, line, own: true }));
  const holder = (more: Partial<GrowingHolder>): GrowingHolder => ({
    container: "dict",
    class: "Session",
    count: 1000,
    grown: 800,
    bytes: 80_000,
    way: [{ name: "sessions", holder: "module agent", own: true }],
    frames: frames(9),
    ...more,
  });
  const explain = (growth: Partial<Growth>, turns = 800, startTime = now) =>
    explainPython({ growth: { held: [], lines: [], pause: 0, ...growth }, turns, startTime });

  it("is told at the line that puts it into the variable, with what else that function allocates", () => {
    const elsewhere = { bytes: 40_000, blocks: 800, frames: frames(24, 8) };
    const suspects = explain({ held: [holder({})], lines: [elsewhere] });
    assert.equal(suspects.length, 1);
    const [suspect] = suspects;
    assert.deepEqual(suspect?.location, { file, line: 10, column: 5 });
    assert.deepEqual([suspect?.rule, suspect?.variable, suspect?.class], ["growing-collection", "sessions", "Session"]);
    assert.deepEqual([suspect?.growthBytes, suspect?.growthPerTurn], [120_000, 150]);
    assert.equal(suspect?.retainerPath, "[] in dict ‹ sessions in module agent");
    assert.equal(
      suspect?.explanation,
      "sessions (dict) grows and is never emptied: 800 of Session more than at the beginning.",
    );
  });

  it("is told at the line that puts it into a local name of a part of what holds it", () => {
    const users = { name: "users", holder: "Agent", own: true };
    const way = [{ name: "[]", holder: "dict", own: false }, users];
    writeFileSync(
      file,
      `class Message:
    def __init__(self, text):
        self.text = text * 3
class Agent:
    def __init__(self):
        self.users = {i: [] for i in range(20)}
    def on_message(self, number):
        history: list = self.users[number % 20]
        if history:
            history.append(Message("again"))
        else:
            history.append(Message("first"))
`,
    );
    for (const line of [10, 12]) {
      const held = [holder({ container: "list", class: "Message", way, frames: frames(3, line) })];
      const [suspect] = explain({ held });
      assert.deepEqual(suspect?.location, { file, line: 10, column: 13 });
      assert.equal(
        suspect?.explanation,
        "users (list in dict) grows and is never emptied: 800 of Message more than at the beginning.",
      );
    }
  });

  it("stands before lines of which nobody knows who holds them, and small ones are left out beside it", () => {
    const line = (bytes: number, at: number) => ({ bytes, blocks: 800, frames: frames(at) });
    const suspects = explain({ held: [holder({})], lines: [line(400_000, 21), line(30_000, 18)] });
    assert.deepEqual(
      suspects.map(({ rule, growthBytes }) => [rule, growthBytes]),
      [
        ["growing-collection", 80_000],
        ["allocation", 400_000],
      ],
    );
  });

  it("has the line of the variable where nothing was traced, and none of a file that was changed", () => {
    const untraced = holder({ frames: [], file });
    assert.equal(explain({ held: [untraced] })[0]?.location?.line, 10);
    const [changed] = explain({ held: [untraced] }, 800, now - 120);
    assert.equal(changed?.location, null);
    assert.match(changed?.locationNote ?? "", /agent\.py was changed after the agent was started/);
  });

  it("is found in a method whose signature goes over lines", () => {
    const way = [{ name: "handlers", holder: "module agent", own: true }];
    const [suspect] = explain({ held: [holder({ container: "list", class: "function", way, frames: frames(18) })] });
    assert.deepEqual([suspect?.rule, suspect?.location?.line], ["listeners", 21]);
  });

  it("is none where little of much comes and goes, or less than every twentieth turn", () => {
    assert.deepEqual(explain({ held: [holder({ count: 100_000, grown: 900 })] }), []);
    assert.deepEqual(explain({ held: [holder({ count: 60, grown: 30 })] }), []);
  });

  it("is a line alone where nobody was found who holds it, and counts as no object", () => {
    const [suspect] = explain({ lines: [{ bytes: 50_000, blocks: 800, frames: frames(24) }] });
    assert.deepEqual(
      [suspect?.rule, suspect?.class, suspect?.count, suspect?.location],
      ["allocation", "describe()", 0, { file, line: 24, column: 5 }],
    );
  });

  const own = (name: string) => ({ name, holder: "module agent", own: true });
  const kinds: [rule: string, message: RegExp, held: Partial<GrowingHolder>][] = [
    [
      "tasks",
      /^Tasks that never end.* pending \(set\): 800 of Task/,
      { container: "set", class: "Task", way: [own("pending")] },
    ],
    ["timers", /^Timers are set and never cancelled/, { container: "list", class: "TimerHandle" }],
    ["threads", /^Threads or processes are started and never end: 800 of Thread/, { class: "Thread" }],
    ["streams-and-sockets", /^Files or sockets stay open in/, { container: "list", class: "TextIOWrapper" }],
    [
      "listeners",
      /^Callbacks are added to callbacks \(list\)/,
      { container: "list", class: "method", way: [own("callbacks")] },
    ],
    ["closures", /^Functions are kept in retries \(dict\)/, { class: "function", way: [own("retries")] }],
    [
      "unbounded-cache",
      /^answer_cache \(dict\) has no bound: 800 entries/,
      { class: "str", way: [own("answer_cache")] },
    ],
    [
      "unbounded-log",
      /^history \(list\) keeps everything/,
      { container: "list", class: "dict", way: [own("history")] },
    ],
    [
      "unbounded-log",
      /^kept \(list\) keeps everything/,
      { container: "list", class: "ValueError", way: [own("kept")] },
    ],
    [
      "buffers",
      /^Chunks of bytes are kept in chunks \(deque\)/,
      { container: "deque", class: "bytes", way: [own("chunks")] },
    ],
    [
      "growing-collection",
      /^Objects hold one another .* from head on: 800 of Node/,
      { container: "", class: "Node", way: [own("head")] },
    ],
  ];
  for (const [rule, message, held] of kinds)
    it(`is ${rule}: ${held.class} in ${held.way?.[0]?.name ?? "sessions"}`, () => {
      const [suspect] = explain({ held: [holder({ ...held, frames: [] })] });
      assert.equal(suspect?.rule, rule);
      assert.match(suspect?.explanation ?? "", message);
      assert.ok((suspect?.advice.length ?? 0) > 40);
    });

  it("is the cache of a function at the function itself, named by it", () => {
    const way = [
      { name: "cache", holder: "Memory.listen()", own: false },
      { name: "listen", holder: "class Memory", own: true },
    ];
    const [suspect] = explain({
      held: [holder({ way, class: "str", definition: { file, line: 14 }, frames: frames(8) })],
    });
    assert.deepEqual([suspect?.rule, suspect?.variable, suspect?.location?.line], ["unbounded-cache", "listen", 14]);
    assert.match(suspect?.explanation ?? "", /^The cache of listen\(\) has no bound/);
  });
});
