/*
 * Agent Vitals 0.1.0: the client for agents on Node.js 18 or newer. MIT licence. One file, no dependencies.
 * Tells the Agent Vitals collector of this workspace how long the agent's responses take; without one it does nothing.
 * Made by "Agent Vitals: Add Client to This Project", which also brings it up to date: changes here would be lost.
 */
// src/sdk/memory.ts
import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";
function memoryUsage() {
  const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return {
    rss,
    heapTotal,
    heapUsed,
    heapLimit: getHeapStatistics().heap_size_limit,
    external,
    arrayBuffers,
    heapSpaces: getHeapSpaceStatistics().map((space) => ({
      name: space.space_name,
      used: space.space_used_size,
      size: space.space_size
    }))
  };
}

// src/sdk/json.ts
var plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
function quote(text2) {
  return plain.test(text2) ? `"${text2}"` : JSON.stringify(text2);
}
function text(value, length, fallback) {
  const string = typeof value === "string" ? value : String(value ?? "");
  return (string.length > length ? string.slice(0, length) : string) || fallback;
}
function seconds(milliseconds) {
  return Math.round(milliseconds * 1e3) / 1e6;
}
function count(value) {
  return typeof value === "number" && value >= 0 && value < 2 ** 53 ? Math.round(value) : void 0;
}
function scalars(attributes) {
  if (typeof attributes !== "object" || attributes === null) return void 0;
  const kept = {};
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "boolean" || Number.isFinite(value)) kept[key] = value;
    else if (typeof value === "string") kept[key] = value.slice(0, 4096);
  }
  return kept;
}

// src/sdk/span.ts
var API = /* @__PURE__ */ Symbol.for("opentelemetry.js.api.1");
var SPAN = /* @__PURE__ */ Symbol.for("OpenTelemetry Context Key SPAN");
var none = {};
var VALID = /^(?!0+ )[0-9a-f]{32} (?!0+$)[0-9a-f]{16}$/;
function activeSpan() {
  const { context } = globalThis[API] ?? none;
  if (context === void 0) return "";
  try {
    const span = context.active().getValue(SPAN)?.spanContext?.();
    if (!span || !VALID.test(`${span.traceId} ${span.spanId}`)) return "";
    return `,"traceId":"${span.traceId}","spanId":"${span.spanId}"`;
  } catch {
    return "";
  }
}

// src/sdk/tracker.ts
var dispose = Symbol.dispose ?? /* @__PURE__ */ Symbol.for("Symbol.dispose");
var Tracker = class {
  queryType;
  #recorder;
  #start = performance.now();
  #more;
  #model;
  #firstToken;
  #tokens = {};
  #ended = false;
  constructor(recorder, queryType, more, model) {
    this.#recorder = recorder;
    this.queryType = queryType;
    this.#more = more + activeSpan();
    this.#model = model;
  }
  firstToken() {
    this.#firstToken ??= performance.now() - this.#start;
  }
  tokens(tokens) {
    this.#tokens = { ...this.#tokens, ...tokens };
  }
  model(name) {
    this.#model = name;
  }
  end(outcome = "ok", errorType) {
    if (this.#ended) return;
    this.#ended = true;
    const { input, output } = this.#tokens;
    const more = this.#more + details({ errorType, model: this.#model, inputTokens: input, outputTokens: output });
    const duration2 = performance.now() - this.#start;
    this.#recorder.response(this.queryType, this.#start, duration2, outcomeOf(outcome), more, this.#firstToken);
  }
  [dispose]() {
    this.end();
  }
};
function outcomeOf(outcome) {
  return outcome === "error" || outcome === "cancelled" ? outcome : "ok";
}
function details({ turnId, errorType, model, inputTokens, outputTokens }) {
  const input = count(inputTokens);
  const output = count(outputTokens);
  return (turnId ? `,"turnId":${quote(text(turnId, 128, ""))}` : "") + (errorType ? `,"errorType":${quote(text(errorType, 256, ""))}` : "") + (model ? `,"model":${quote(text(model, 256, ""))}` : "") + (input === void 0 ? "" : `,"inputTokens":${input}`) + (output === void 0 ? "" : `,"outputTokens":${output}`);
}

// src/sdk/idle.ts
var nothing = () => {
};
var done = Promise.resolve();
var IdleMonitor = class {
  enabled = false;
  queued = 0;
  #agent;
  #turns = 0;
  constructor(agent) {
    this.#agent = agent;
  }
  trackResponseTime() {
  }
  measure(_queryType, fn) {
    return fn();
  }
  startResponse(queryType) {
    return { queryType, firstToken: nothing, tokens: nothing, model: nothing, end: nothing, [dispose]: nothing };
  }
  timed() {
    return (method) => method;
  }
  startTurn({ id } = {}) {
    return {
      id: id ?? `idle-${++this.#turns}`,
      response: this.startResponse,
      measure: this.measure,
      mark: nothing,
      interrupted: nothing,
      end: nothing,
      [dispose]: nothing
    };
  }
  mark() {
  }
  trackVoiceReliability() {
  }
  monitorMemoryUsage() {
    return memoryUsage();
  }
  recordMetric() {
  }
  logPerformanceMetrics() {
    return { agent: this.#agent, responses: {}, voice: { success: 0, failure: 0 } };
  }
  onCleanup() {
    return nothing;
  }
  onShutdown() {
    return nothing;
  }
  flush() {
    return done;
  }
  close() {
    return done;
  }
};

// src/sdk/agentName.ts
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
function agentName() {
  return process.env.AGENT_VITALS_AGENT || packageName() || basename(process.argv[1] ?? "") || "agent";
}
function packageName() {
  let folder = "";
  try {
    folder = process.cwd();
  } catch {
    return void 0;
  }
  for (let parent = dirname(folder); ; folder = parent, parent = dirname(folder)) {
    try {
      const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      if (typeof name === "string" && name) return name;
    } catch {
    }
    if (parent === folder) return void 0;
  }
}

// src/sdk/clock.ts
var EPOCH_VALUES = 1e11;
var DRIFT = 50;
var LOOK_AGAIN = 1e3;
var offset = performance.timeOrigin;
var looked = 0;
function unixTime(time) {
  if (time > EPOCH_VALUES) return time;
  if (time > looked + LOOK_AGAIN) adjust();
  return offset + time;
}
function adjust() {
  looked = performance.now();
  const distance = Date.now() - looked;
  if (Math.abs(distance - offset) > DRIFT) offset = distance;
}
function processStart() {
  return (Date.now() - process.uptime() * 1e3) / 1e3;
}

// src/sdk/hooks.ts
var Hooks = class {
  #hooks = /* @__PURE__ */ new Set();
  /** Returns a function that takes the hook away. */
  add(hook) {
    const own = () => hook();
    this.#hooks.add(own);
    return () => void this.#hooks.delete(own);
  }
  /** Runs all at once and waits for them. @returns how many ran. @throws the first error, or when `milliseconds` pass. */
  async run(milliseconds) {
    let timer;
    const late = new Promise((_, reject) => {
      const fail = () => reject(new Error(`not done within ${milliseconds / 1e3} s`));
      timer = setTimeout(fail, milliseconds);
    });
    try {
      const running = Promise.all([...this.#hooks].map(async (hook) => hook()));
      return (await Promise.race([running, late])).length;
    } finally {
      clearTimeout(timer);
    }
  }
};

// src/sdk/commands.ts
var SHARE = 0.9;
var unknown = (name) => name === "collect_garbage" ? "Garbage of a Node agent is collected by its inspector: attach to it." : String(name).startsWith("allocations") ? "Only Python agents trace their allocations; of this one take a heap snapshot." : `This client knows no command "${name}": a newer one may (Add Client to This Project).`;
var Commands = class {
  cleanup = new Hooks();
  shutdown = new Hooks();
  #memory;
  constructor(readMemory) {
    this.#memory = readMemory;
  }
  /** Does what is asked. The reply tells how many hooks ran: with none the collector has to find another way. */
  async answer({ id, name, deadline }) {
    try {
      if (name === "memory") this.#memory();
      else if (name !== "cleanup" && name !== "shutdown") return { type: "reply", id, ok: false, error: unknown(name) };
      const hooks = name === "memory" ? 0 : await this[name].run(deadline * 1e3 * SHARE);
      return { type: "reply", id, ok: true, result: { hooks } };
    } catch (error) {
      return { type: "reply", id, ok: false, error: `${name}: ${String(error)}`.slice(0, 4096) };
    }
  }
};

// src/sdk/connection.ts
import { connect } from "node:net";

// src/model/buckets.ts
var BUCKETS = 32 * 1024;
function bucketOf(microseconds) {
  const value = Math.max(0, Math.round(microseconds));
  if (value < 2048) return value;
  const shift = value < 2 ** 32 ? 21 - Math.clz32(value) : Math.floor(Math.log2(value)) - 10;
  const unit = 2 ** shift;
  return Math.floor(value / unit) * unit;
}

// src/sdk/fold.ts
var BUCKETS_PER_LINE = 6e3;
var Durations = class {
  count = 0;
  #sum = 0;
  #max = 0;
  #buckets = /* @__PURE__ */ new Map();
  add(milliseconds) {
    this.count++;
    this.#sum += milliseconds;
    if (milliseconds > this.#max) this.#max = milliseconds;
    const bucket = bucketOf(milliseconds * 1e3);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
  }
  /** In parts that fit a line each and add up to the whole; the sum goes with the first. */
  wire() {
    const all = [...this.#buckets];
    const parts = [];
    for (let from = 0; from < all.length; from += BUCKETS_PER_LINE) {
      const buckets = all.slice(from, from + BUCKETS_PER_LINE);
      const count2 = buckets.reduce((total, [, n]) => total + n, 0);
      parts.push({ count: count2, sum: from === 0 ? seconds(this.#sum) : 0, max: seconds(this.#max), buckets });
    }
    return parts;
  }
  percentiles() {
    if (this.count === 0) return void 0;
    const sorted = [...this.#buckets].sort(([a], [b]) => a - b);
    const at = (quantile) => {
      let seen = 0;
      const bucket = sorted.find(([, n]) => {
        seen += n;
        return seen >= quantile * this.count;
      });
      return (bucket?.[0] ?? 0) / 1e3;
    };
    return { mean: this.#sum / this.count, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: this.#max };
  }
};
var Fold = class {
  #count = 0;
  #errors = 0;
  #cancelled = 0;
  #start = Number.POSITIVE_INFINITY;
  #end = 0;
  #durations = new Durations();
  #firstTokens = new Durations();
  /** Counts one that ended at `end` (Unix ms). A cancelled one's duration says nothing of the agent: only counted. */
  add(end, duration2, outcome, timeToFirstToken) {
    this.#count++;
    if (outcome === "error") this.#errors++;
    if (outcome === "cancelled") this.#cancelled++;
    else this.#durations.add(duration2);
    if (timeToFirstToken !== void 0) this.#firstTokens.add(timeToFirstToken);
    if (end < this.#start) this.#start = end;
    if (end > this.#end) this.#end = end;
  }
  /** One summary, or several that add up to it when its histograms are too long for a line. */
  wire(queryType) {
    const durations = this.#durations.wire();
    const firstTokens = this.#firstTokens.wire();
    return Array.from({ length: Math.max(1, durations.length, firstTokens.length) }, (_, i) => {
      const { count: count2, ...folded } = durations[i] ?? { count: 0, sum: 0, max: 0, buckets: [] };
      const first = firstTokens[i];
      return {
        type: "summary",
        queryType,
        start: seconds(this.#start),
        end: seconds(this.#end),
        count: count2 + (i === 0 ? this.#cancelled : 0),
        errors: i === 0 ? this.#errors : 0,
        cancelled: i === 0 ? this.#cancelled : 0,
        durations: folded,
        ...first && { timeToFirstToken: first }
      };
    });
  }
  summary() {
    const duration2 = this.#durations.percentiles();
    const first = this.#firstTokens.percentiles();
    return {
      count: this.#count,
      errors: this.#errors,
      cancelled: this.#cancelled,
      ...duration2 && { duration: duration2 },
      ...first && { timeToFirstToken: { count: this.#firstTokens.count, ...first } }
    };
  }
};

// src/sdk/outbox.ts
var BATCH_LENGTH = 64 * 1024;
var MAX_LENGTH = 8 * 1024 * 1024;
var MAX_LINE_BYTES = 256 * 1024;
var MAX_VOICES = 256;
var Outbox = class {
  #limit;
  #wake;
  #open = { text: "", events: 0 };
  #sealed = [];
  #writing;
  #put = 0;
  #sent = 0;
  #length = 0;
  #folds = /* @__PURE__ */ new Map();
  #voices = /* @__PURE__ */ new Map();
  #dropped;
  /** `wake(false)` tells that a batch was begun, `wake(true)` that one is full. */
  constructor(limit, wake) {
    this.#limit = limit;
    this.#wake = wake;
  }
  /** Events ever appended. */
  get put() {
    return this.#put;
  }
  /** Of them those that were handed to the operating system. */
  get sent() {
    return this.#sent;
  }
  get full() {
    return this.#put - this.#sent >= this.#limit || this.#length >= MAX_LENGTH;
  }
  get empty() {
    return this.#put === this.#sent && !this.#owes;
  }
  get writing() {
    return this.#writing !== void 0;
  }
  /** Appends a line, however full it is. */
  append(line) {
    const open = this.#open;
    open.text += `${line}
`;
    open.events++;
    this.#put++;
    this.#length += line.length;
    if (open.text.length >= BATCH_LENGTH) {
      this.seal();
      this.#wake(true);
    } else if (open.events === 1) this.#wake(false);
  }
  /** Appends a line, or counts it as dropped when there is no room or it is longer than a line may be. */
  offer(line, kind) {
    const tooLong = line.length > MAX_LINE_BYTES / 4 && Buffer.byteLength(line) > MAX_LINE_BYTES;
    if (!this.full && !tooLong) this.append(line);
    else {
      this.#dropped ??= { type: "dropped", marks: 0, logs: 0, metrics: 0, turns: 0 };
      this.#dropped[kind]++;
    }
  }
  /** Folds a response into its query type's sums; `end` and durations in milliseconds. */
  fold(queryType, end, duration2, outcome, timeToFirstToken) {
    const fold = this.#folds.get(queryType) ?? new Fold();
    this.#folds.set(queryType, fold);
    fold.add(end, duration2, outcome, timeToFirstToken);
  }
  /** Folds a voice result into the sums of its stage and reason. */
  foldVoice({ time, success, failure, ...rest }) {
    let key = JSON.stringify([rest.stage, rest.reason]);
    const crowded = this.#voices.size >= MAX_VOICES && !this.#voices.has(key);
    if (crowded) key = "other";
    const { stage, reason } = crowded ? { stage: "other", reason: "other" } : rest;
    const sum = this.#voices.get(key);
    this.#voices.set(key, {
      type: "voice",
      time,
      success: success + (sum?.success ?? 0),
      failure: failure + (sum?.failure ?? 0),
      ...stage && { stage },
      ...reason && { reason }
    });
  }
  /** Ends the current batch, whatever its length. */
  seal() {
    if (this.#open.events === 0) return;
    this.#sealed.push(this.#open);
    this.#open = { text: "", events: 0 };
  }
  /** Appends the sums of what was folded and the count of what was dropped. */
  unfold() {
    if (!this.#owes) return;
    const owed = [...[...this.#folds].flatMap(([queryType, fold]) => fold.wire(queryType)), ...this.#voices.values()];
    const dropped = this.#dropped;
    this.#folds.clear();
    this.#voices.clear();
    this.#dropped = void 0;
    for (const event of dropped ? [...owed, dropped] : owed) this.append(JSON.stringify(event));
  }
  /** The next batch to write, unless one is being written or none is sealed. */
  take() {
    if (this.#writing) return void 0;
    this.#writing = this.#sealed.shift();
    return this.#writing?.text;
  }
  /** The batch that was taken has reached the operating system. */
  confirm() {
    const written = this.#writing;
    if (!written) return;
    this.#writing = void 0;
    this.#sent += written.events;
    this.#length -= written.text.length - written.events;
    if (this.#put - this.#sent <= this.#limit / 2) this.unfold();
  }
  /** The batch that was taken has not: it is the next one again. */
  putBack() {
    if (this.#writing) this.#sealed.unshift(this.#writing);
    this.#writing = void 0;
  }
  /** Everything in one piece, for the last write of a process; nothing while a batch is being written. */
  takeAll() {
    if (this.#writing) return "";
    this.unfold();
    this.seal();
    const text2 = this.#sealed.map((batch) => batch.text).join("");
    this.clear();
    return text2;
  }
  /** Forgets everything. */
  clear() {
    this.#open = { text: "", events: 0 };
    this.#sealed = [];
    this.#writing = void 0;
    this.#sent = this.#put;
    this.#length = 0;
    this.#folds.clear();
    this.#voices.clear();
    this.#dropped = void 0;
  }
  get #owes() {
    return this.#folds.size > 0 || this.#voices.size > 0 || this.#dropped !== void 0;
  }
};

// src/sdk/warn.ts
var warned = /* @__PURE__ */ new Set();
function warnOnce(message) {
  if (warned.has(message) || warned.size > 100) return;
  warned.add(message);
  process.emitWarning(message, "AgentVitalsWarning");
}

// src/sdk/connection.ts
var BATCH_DELAY = 20;
var FIRST_RETRY = 100;
var LAST_RETRY = 5e3;
var PATIENCE = 3e3;
var MAX_LINE_LENGTH = 256 * 1024;
var Connection = class {
  outbox;
  #path;
  #hello;
  #onCommand;
  #socket;
  #ready = false;
  #stopped = false;
  #retry = FIRST_RETRY;
  #retryTimer;
  #batchTimer;
  #waiters = [];
  #received = "";
  constructor(path, hello, queueSize, onCommand) {
    this.#path = path;
    this.#hello = `${hello}
`;
    this.#onCommand = onCommand;
    this.outbox = new Outbox(queueSize, (full) => this.#wake(full));
    this.#connect();
  }
  /** True when nothing will ever be sent again: closed, or refused for good. */
  get stopped() {
    return this.#stopped;
  }
  /** True while there is something to send and somebody who may take it. */
  get busy() {
    return this.#socket !== void 0 && !this.outbox.empty;
  }
  /** Resolves when what was queued is handed to the operating system, or can't be for now. */
  flush() {
    this.outbox.unfold();
    const target = this.outbox.put;
    if (!this.#socket || this.outbox.sent >= target) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.push({ target, resolve });
      this.#socket?.ref();
      this.#sendNow();
    });
  }
  /** Sends a line at once, before the batch is full. */
  send(line) {
    this.outbox.append(line);
    this.#sendNow();
  }
  /** Flushes within `milliseconds`; what is left then is lost, and so is the connection. */
  async drain(milliseconds) {
    const deadline = setTimeout(() => this.stop(), milliseconds);
    await this.flush();
    clearTimeout(deadline);
  }
  /** Flushes and disconnects within `milliseconds` each. */
  async close(milliseconds) {
    await this.drain(milliseconds);
    this.#stopped = true;
    const socket = this.#socket;
    if (socket) {
      const deadline = setTimeout(() => socket.destroy(), milliseconds);
      await new Promise((resolve) => socket.once("close", resolve).end());
      clearTimeout(deadline);
    }
    this.stop();
  }
  /** Writes what is left in one go, for the exit of the process: a Unix socket takes it at once if it has room. */
  lastWrite() {
    const text2 = this.#ready ? this.outbox.takeAll() : "";
    if (text2) this.#socket?.write(text2);
  }
  /** Disconnects and forgets what is queued. */
  stop() {
    this.#stopped = true;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#batchTimer);
    this.outbox.clear();
    this.#socket?.destroy();
    this.#release(Number.POSITIVE_INFINITY);
  }
  #wake(full) {
    if (full) this.#write();
    else if (this.#ready) this.#batchTimer ??= setTimeout(() => this.#sendNow(), BATCH_DELAY).unref();
  }
  #sendNow() {
    clearTimeout(this.#batchTimer);
    this.#batchTimer = void 0;
    this.outbox.seal();
    this.#write();
  }
  #write() {
    if (!this.#ready) return;
    const text2 = this.outbox.take();
    if (text2 === void 0) return;
    this.#socket?.write(text2, (error) => {
      if (error) return;
      this.outbox.confirm();
      this.#release(this.outbox.sent);
      this.#write();
    });
  }
  #release(sent) {
    if (this.#waiters.length === 0) return;
    for (const waiter of this.#waiters) if (waiter.target <= sent) waiter.resolve();
    this.#waiters = this.#waiters.filter((waiter) => waiter.target > sent);
    if (this.#waiters.length === 0) this.#socket?.unref();
  }
  #connect() {
    const socket = connect(this.#path);
    this.#socket = socket;
    this.#received = "";
    socket.unref();
    socket.setEncoding("utf8");
    socket.setTimeout(PATIENCE, () => {
      if (!this.#ready || this.outbox.writing) socket.destroy();
    });
    socket.on("connect", () => socket.write(this.#hello));
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("error", () => {
    });
    socket.on("close", () => this.#closed());
  }
  #closed() {
    this.#socket = void 0;
    this.#ready = false;
    this.outbox.putBack();
    this.#release(Number.POSITIVE_INFINITY);
    if (this.#stopped) return;
    this.#retryTimer = setTimeout(() => this.#connect(), this.#retry * (0.75 + Math.random() / 2)).unref();
    this.#retry = Math.min(this.#retry * 2, LAST_RETRY);
  }
  #read(chunk) {
    const lines = (this.#received + chunk).split("\n");
    this.#received = lines.pop() ?? "";
    if (this.#received.length > MAX_LINE_LENGTH) this.#socket?.destroy();
    for (const line of lines) {
      let message;
      try {
        message = JSON.parse(line);
      } catch {
        continue;
      }
      if (message?.type === "command") this.#onCommand(message);
      else if (message?.type === "reply" && message.id === "hello") this.#greeted(message);
    }
  }
  #greeted({ ok, error, result }) {
    const retryAfter = Number(result?.retryAfter);
    if (!ok) warnOnce(`The collector refused this agent: ${error ?? "no reason given"}`);
    if (ok) {
      this.#ready = true;
      this.#retry = FIRST_RETRY;
      this.#sendNow();
    } else if (retryAfter > 0) this.#retry = retryAfter * 1e3;
    else this.stop();
  }
};

// src/sdk/exit.ts
var PATIENCE2 = 500;
var connections = /* @__PURE__ */ new Set();
function beforeExit() {
  for (const connection of connections) {
    if (connection.busy) void connection.drain(PATIENCE2);
  }
}
function exit() {
  for (const connection of connections) connection.lastWrite();
}
function sendBeforeExit(connection) {
  if (connections.size === 0) process.on("beforeExit", beforeExit).on("exit", exit);
  connections.add(connection);
}
function forgetAtExit(connection) {
  if (connections.delete(connection) && connections.size === 0) {
    process.off("beforeExit", beforeExit).off("exit", exit);
  }
}

// src/sdk/measure.ts
function measure(recorder, queryType, given, fn) {
  const more = given + activeSpan();
  const start = performance.now();
  let result;
  try {
    result = fn();
  } catch (error) {
    recorder.failure(queryType, start, error, more);
    throw error;
  }
  if (!isThenable(result)) {
    recorder.response(queryType, start, performance.now() - start, "ok", more);
    return result;
  }
  const ended = () => recorder.response(queryType, start, performance.now() - start, "ok", more);
  const failed = (error) => recorder.failure(queryType, start, error, more);
  if (result instanceof Promise && result.constructor !== Promise) {
    result.then(ended, failed);
    return result;
  }
  return result.then(
    (value) => {
      ended();
      return value;
    },
    (error) => {
      failed(error);
      throw error;
    }
  );
}
function isThenable(value) {
  return typeof value === "object" && value !== null && typeof value.then === "function";
}

// src/sdk/recorder.ts
var MAX_QUERY_TYPES = 256;
var Recorder = class {
  connection;
  queryTypes = /* @__PURE__ */ new Map();
  constructor(connection) {
    this.connection = connection;
  }
  /**
   * Counts a response. `start` is a `performance.now()` or `Date.now()` value, durations are milliseconds, `more` is
   * further members of its JSON line, each with a leading comma.
   */
  response(queryType, start, duration2, outcome, more = "", firstToken) {
    if (this.connection.stopped) return;
    const type = this.queryTypes.get(queryType) ?? this.#add(queryType);
    const unixStart = unixTime(start);
    const { outbox } = this.connection;
    type.session.add(unixStart + duration2, duration2, outcome, firstToken);
    if (outbox.full) {
      outbox.fold(type.name, unixStart + duration2, duration2, outcome, firstToken);
      return;
    }
    const first = firstToken === void 0 ? "" : `,"timeToFirstToken":${seconds(firstToken)}`;
    outbox.append(
      `${type.head}${seconds(unixStart)},"duration":${seconds(duration2)},"outcome":"${outcome}"${first}${more}}`
    );
  }
  /** Counts a response that ended now by throwing `error`. */
  failure(queryType, start, error, more) {
    const duration2 = performance.now() - start;
    const { name } = error ?? {};
    const errorType = quote(text(name, 256, typeof error));
    if (name === "AbortError") this.response(queryType, start, duration2, "cancelled", more);
    else this.response(queryType, start, duration2, "error", `,"errorType":${errorType}${more}`);
  }
  #add(queryType) {
    const given = text(queryType, 256, "other");
    const name = this.queryTypes.size < MAX_QUERY_TYPES ? given : "other";
    const known = this.queryTypes.get(name);
    if (known) return known;
    const head = `{"type":"response","queryType":${quote(name)},"start":`;
    const type = { name, head, session: new Fold() };
    this.queryTypes.set(name, type);
    return type;
  }
};

// src/sdk/summary.ts
var many = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;
var ms = (milliseconds) => `${Number(milliseconds.toPrecision(3))} ms`;
function describe({ agent, responses, voice }) {
  const lines = Object.entries(responses).map(
    ([queryType, { count: count2, errors, cancelled, duration: duration2, timeToFirstToken }]) => {
      const parts = [many(count2, "response")];
      if (errors > 0) parts.push(many(errors, "error"));
      if (cancelled > 0) parts.push(`${cancelled} cancelled`);
      if (duration2) parts.push(`p50 ${ms(duration2.p50)}`, `p95 ${ms(duration2.p95)}`, `p99 ${ms(duration2.p99)}`);
      if (timeToFirstToken) parts.push(`first token p95 ${ms(timeToFirstToken.p95)}`);
      return `${queryType}: ${parts.join(", ")}`;
    }
  );
  const spoken = voice.success + voice.failure;
  if (spoken > 0) lines.push(`voice: ${voice.success} of ${spoken} succeeded`);
  return lines.length > 0 ? `${agent}
${lines.join("\n")}` : `${agent}: no responses yet`;
}

// src/sdk/turn.ts
var TurnHandle = class {
  id;
  #recorder;
  #mark;
  #start = performance.now();
  #more;
  #interrupted = false;
  #ended = false;
  constructor(recorder, id, mark) {
    this.#recorder = recorder;
    this.id = id;
    this.#mark = mark;
    this.#more = details({ turnId: id });
  }
  response(queryType) {
    return new Tracker(this.#recorder, queryType, this.#more);
  }
  measure(queryType, fn) {
    return measure(this.#recorder, queryType, this.#more, fn);
  }
  mark(name) {
    this.#mark(name, this.id);
  }
  interrupted() {
    this.#interrupted = true;
  }
  end(outcome = this.#interrupted ? "cancelled" : "ok") {
    if (this.#ended) return;
    this.#ended = true;
    const { connection } = this.#recorder;
    if (connection.stopped) return;
    const event = {
      type: "turn",
      id: this.id,
      start: seconds(unixTime(this.#start)),
      duration: seconds(performance.now() - this.#start),
      outcome: outcomeOf(outcome),
      ...this.#interrupted && { interrupted: true }
    };
    connection.outbox.offer(JSON.stringify(event), "turns");
  }
  [dispose]() {
    this.end();
  }
};

// src/sdk/version.ts
var CLIENT = `agent-vitals-node ${true ? "0.1.0" : "source"}`;

// src/sdk/monitor.ts
var PROTOCOL = 1;
var QUEUE_SIZE = 1e4;
var MEMORY_INTERVAL = 5e3;
var CLOSE_PATIENCE = 500;
var LONGEST = 7 * 24 * 3600 * 1e3;
var positive = (value, otherwise) => typeof value === "number" && value >= 1 ? value : otherwise;
var now = () => seconds(unixTime(performance.now()));
var duration = (value) => typeof value === "number" && value >= 0 && value <= LONGEST;
var ConnectedMonitor = class {
  #agent;
  #connection;
  #recorder;
  #commands = new Commands(() => this.#readMemory());
  #voice = { success: 0, failure: 0 };
  #memoryInterval;
  #memoryTimer;
  #turnPrefix = Math.random().toString(36).slice(2, 8);
  #turns = 0;
  constructor(socket, options) {
    this.#agent = text(options.agent ?? agentName(), 256, "agent");
    this.#memoryInterval = positive(options.memoryInterval, MEMORY_INTERVAL);
    const hello = {
      type: "hello",
      protocol: PROTOCOL,
      agent: this.#agent,
      pid: process.pid,
      startTime: processStart(),
      token: options.token ?? process.env.AGENT_VITALS_TOKEN ?? "",
      runtime: `Node ${process.versions.node}`,
      client: CLIENT,
      ...options.primaryQueryType && { primaryQueryType: text(options.primaryQueryType, 256, "other") }
    };
    this.#connection = new Connection(
      socket,
      JSON.stringify(hello),
      positive(options.queueSize, QUEUE_SIZE),
      (command) => {
        void this.#commands.answer(command).then((reply) => this.#connection.send(JSON.stringify(reply)));
      }
    );
    this.#recorder = new Recorder(this.#connection);
    sendBeforeExit(this.#connection);
  }
  get enabled() {
    return !this.#connection.stopped;
  }
  get queued() {
    const { put, sent } = this.#connection.outbox;
    return put - sent;
  }
  trackResponseTime(start, end, queryType, given) {
    const more = given ?? {};
    const took = start > 1e11 === end > 1e11 ? end - start : unixTime(end) - unixTime(start);
    if (!duration(took)) {
      warnOnce(`trackResponseTime: from ${start} to ${end} is no duration of a response, it was not counted`);
      return;
    }
    const first = duration(more.timeToFirstToken) ? more.timeToFirstToken : void 0;
    this.#recorder.response(queryType, start, took, outcomeOf(more.outcome), details(more) + activeSpan(), first);
  }
  measure(queryType, fn) {
    return measure(this.#recorder, queryType, "", fn);
  }
  startResponse(queryType, given) {
    return new Tracker(this.#recorder, queryType, details({ turnId: given?.turnId }), given?.model);
  }
  timed(queryType) {
    return (method, _context) => {
      const recorder = this.#recorder;
      return function(...args) {
        return measure(recorder, queryType, "", () => method.apply(this, args));
      };
    };
  }
  startTurn(options) {
    const id = text(options?.id ?? `${this.#turnPrefix}-${++this.#turns}`, 128, "turn");
    return new TurnHandle(this.#recorder, id, (name, turnId) => this.#mark(name, turnId));
  }
  mark(name) {
    this.#mark(name);
  }
  trackVoiceReliability(success, given) {
    if (!this.enabled) return;
    const more = given ?? {};
    const counts = success && typeof success === "object" ? success : { success: +!!success, failure: +!success };
    const event = {
      type: "voice",
      time: now(),
      success: count(counts.success) ?? 0,
      failure: count(counts.failure) ?? 0,
      ...more.stage && { stage: text(more.stage, 256, "") },
      ...more.reason && { reason: text(more.reason, 256, "") },
      ...Number.isFinite(more.quality) && { quality: more.quality },
      ...duration(more.latency) && { latency: seconds(more.latency) }
    };
    if (event.success + event.failure === 0) return;
    this.#voice.success += event.success;
    this.#voice.failure += event.failure;
    const { outbox } = this.#connection;
    if (outbox.full) outbox.foldVoice(event);
    else outbox.append(JSON.stringify(event));
  }
  monitorMemoryUsage() {
    if (this.enabled) this.#memoryTimer ??= setInterval(() => this.#readMemory(), this.#memoryInterval).unref();
    return this.#readMemory();
  }
  recordMetric(name, value, unit, attributes) {
    if (!Number.isFinite(value)) {
      warnOnce(`recordMetric: ${name} is ${value}, it was not recorded`);
      return;
    }
    const kept = scalars(attributes);
    this.#offer("metrics", {
      type: "metric",
      time: now(),
      name: text(name, 256, "unnamed"),
      value,
      unit: text(unit, 64, "1"),
      ...kept && { attributes: kept }
    });
  }
  logPerformanceMetrics() {
    const responses = [...this.#recorder.queryTypes.values()].map(({ name, session }) => [name, session.summary()]);
    const summary = { agent: this.#agent, responses: Object.fromEntries(responses), voice: { ...this.#voice } };
    const message = text(describe(summary), 16384, "");
    this.#offer("logs", { type: "log", time: now(), severity: "info", message });
    return summary;
  }
  onCleanup(fn) {
    return this.#commands.cleanup.add(fn);
  }
  onShutdown(fn) {
    return this.#commands.shutdown.add(fn);
  }
  flush() {
    return this.#connection.flush();
  }
  async close() {
    clearInterval(this.#memoryTimer);
    await this.#connection.close(CLOSE_PATIENCE);
    forgetAtExit(this.#connection);
  }
  #mark(name, turnId) {
    this.#offer("marks", {
      type: "mark",
      name: text(name, 256, "unnamed"),
      time: now(),
      ...turnId && { turnId }
    });
  }
  #readMemory() {
    const usage = memoryUsage();
    this.#offer("metrics", { type: "memory", time: now(), ...usage });
    return usage;
  }
  #offer(kind, event) {
    if (this.enabled) this.#connection.outbox.offer(JSON.stringify(event), kind);
  }
};

// src/sdk/index.ts
var createMonitor = (given) => {
  const options = given ?? {};
  const socket = options.socket ?? process.env.AGENT_VITALS_SOCKET;
  return socket ? new ConnectedMonitor(socket, options) : new IdleMonitor(options.agent ?? "agent");
};
export {
  createMonitor
};
