// grownHeap.mjs THOUSANDS FILE [SECOND]: a snapshot of an agent that keeps so many thousand objects, of every kind there
// is in a heap; a second one of the same process, after it has kept 2 % more. 520 thousand objects make 100 MB.
import v8 from "node:v8";

const [thousands, ...files] = process.argv.slice(2);
const sessions = (Number(thousands) * 1000) / 50;

class Message {
  constructor(i) {
    this.role = i % 2 ? "user" : "assistant";
    this.text = `message number ${i} ${"x".repeat(i % 40)}`;
    this.tokens = i;
    this.meta = { score: i * 1.5, tags: [`a${i % 97}`, "b"] };
  }
}

class Session {
  constructor(i) {
    this.id = `cal-${i}`;
    this.history = Array.from({ length: 10 }, (_, j) => new Message(i * 10 + j));
    this.hits = new Map([[`q${i}`, { doc: `d${i}`, score: i / 7 }]]);
    this.embedding = new Float32Array(16);
    this.on = () => this.id + i;
  }
}

const store = {
  sessions: new Map(),
  private: new WeakMap(),
  some: new Set(),
  audio: Buffer.alloc(1_000_000),
  symbol: { [Symbol("secret")]: 1 },
  pattern: /ab+c/g,
  running: (function* () {
    yield 1;
  })(),
  date: new Date(),
  error: new Error("kept"),
  log: "",
};
globalThis.store = store;

function keep(from, to) {
  for (let i = from; i < to; i++) {
    const session = new Session(i);
    store.sessions.set(session.id, session);
    store.private.set(session, { private: i });
    if (i % 3 === 0) store.some.add({ a: i, b: { c: i } });
    store.log += `piece${i}`;
  }
}

let kept = 0;
for (const file of files) {
  const to = kept === 0 ? sessions : Math.round(sessions * 1.02);
  keep(kept, to);
  kept = to;
  v8.writeHeapSnapshot(file);
}
