// What a suite's load generator reaches on one core, beside autocannon and wrk in turns; what it reports of a target
// that stalls, beside a closed loop; and how exactly it times tokens that come over many streams at once, beside a loop
// over fetch. With an argument (generators, stalls, streams) that part alone.
import { type ChildProcess, fork, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { interleave, spread } from "./support/stats.ts";
import { figure, machine, printTable } from "./support/table.ts";

const ROUNDS = 7;
const SECONDS = 2;
const CONNECTIONS = [10, 100];
const LEAST = 0.9;
/** Milliseconds: a target that stands still for so long, so often. */
const STALL = 500;
const STALL_EVERY = 10_000;
const STALLED_SECONDS = 40;
const STALLED_CONNECTIONS = 100;
const STALLED_LIMITS = [100, 250, 400];
const SHARE_OF_MOST = 0.7;
const RATE_OFF = 0.01;
/** Of all requests. */
const SHARE_OFF = 0.005;
const STREAMS = 200;
const TOKENS_PER_SECOND = 50;
const TOKENS = 300;
/** Tokens of each stream that are not counted: all connect at once, and code is compiled. */
const WARM_UP_TOKENS = 50;
const STREAM_ROUNDS = 5;
/** Milliseconds at p99. */
const MOST_ERROR = 2;

const has = (program: string, flag: string) => spawnSync(program, [flag]).error === undefined;
const pinned = process.platform === "linux" && has("taskset", "--version");
const support = (name: string) => join(import.meta.dirname, "support", name);

/** Runs a program on a core, where that can be told, and gives what it prints. */
async function output(command: string, args: string[]): Promise<string> {
  const child = pinned ? spawn("taskset", ["-c", "1", command, ...args]) : spawn(command, args);
  child.stderr.pipe(process.stderr);
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}`);
  return printed;
}

async function server(program: string, ...args: string[]): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(support(program), args);
  if (pinned) spawnSync("taskset", ["-a", "-p", "-c", "0", String(child.pid)]);
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return { child, port };
}

interface Reached {
  perSecond: number;
  errors: number;
  /** Microseconds of CPU for a request; undefined where it is not told. */
  cpu?: number;
}

async function byWrk(port: number, connections: number): Promise<Reached> {
  const printed = await output("wrk", ["-t1", `-c${connections}`, `-d${SECONDS}s`, `http://127.0.0.1:${port}/`]);
  return { perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(printed)?.[1]), errors: 0 };
}

async function generators(): Promise<boolean> {
  const { child, port } = await server("fixedAnswer.mjs");
  const by = (which: string, connections: number) => async (): Promise<Reached> =>
    JSON.parse(
      await output(process.execPath, [
        support("generator.ts"),
        which,
        String(port),
        String(connections),
        String(SECONDS),
      ]),
    );
  let met = true;
  const rows: string[][] = [];
  for (const connections of CONNECTIONS) {
    const reached = await interleave<Reached>(
      {
        "Agent Vitals": by("ours", connections),
        autocannon: by("autocannon", connections),
        ...(has("wrk", "-v") && { wrk: () => byWrk(port, connections) }),
      },
      { rounds: ROUNDS, warmUp: 1 },
    );
    const theirs = reached.autocannon ?? [];
    for (const [name, list] of Object.entries(reached)) {
      // Of the same round: what disturbs one disturbs the other as much.
      const ratio = spread(list.map(({ perSecond }, i) => perSecond / (theirs[i]?.perSecond ?? Number.NaN)));
      const cpu = list[0]?.cpu === undefined ? "–" : figure(spread(list.map(({ cpu = 0 }) => cpu)), 1);
      rows.push([name, String(connections), figure(spread(list.map((one) => one.perSecond))), figure(ratio, 2), cpu]);
      if (list.some(({ errors }) => errors > 0)) throw new Error(`${name} met with errors`);
      if (name === "Agent Vitals" && !(ratio.median >= LEAST)) met = false;
    }
  }
  child.disconnect();
  printTable(["generator", "connections", "requests/s", "of autocannon's", "µs of CPU per request"], rows);
  console.log(`\nTarget: at least ${LEAST} of autocannon's requests/s: ${met ? "met" : "missed"}.\n`);
  return met;
}

interface Stalled {
  /** Unix milliseconds. */
  start: number;
  /** Requests a second. */
  intended: number;
  reached: number;
  /** Seconds at p99. */
  lateness: number;
  errors: number;
  /** Shares that took longer than each of the limits. */
  slower: number[];
}

/** A target stands still: which share of the requests that were to begin then is told to have waited. */
async function stalls(): Promise<boolean> {
  const { child, port } = await server("stallingAnswer.mjs", String(STALL), String(STALL_EVERY));
  const load = async (which: string, seconds: number, rate = 0): Promise<Stalled> => {
    const args = [which, String(port), String(STALLED_CONNECTIONS), String(seconds), String(rate)];
    return JSON.parse(await output(process.execPath, [support("stalledLoad.ts"), ...args])) as Stalled;
  };
  const answered = async (): Promise<number[]> => {
    child.send("answered");
    return ((await once(child, "message")) as [{ answered: number[] }])[0].answered;
  };
  await load("most", SECONDS);
  const most = spread([(await load("most", SECONDS)).reached, (await load("most", SECONDS)).reached]).min;
  const rate = Math.round(most * SHARE_OF_MOST);
  await answered();
  const ours = await load("ours", STALLED_SECONDS, rate);
  const times = await answered();
  const closed = await load("autocannon", STALLED_SECONDS);
  child.disconnect();
  // By the server's clock: from when a request was to begin until it was answered.
  const waits = times.map((time, number) => time - (ours.start + (1000 * number) / rate));
  const truth = STALLED_LIMITS.map((limit) => waits.filter((wait) => wait >= limit).length / waits.length);
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const row = (name: string, reached: number, shares: number[]) => [
    name,
    Math.round(reached).toLocaleString("en"),
    ...shares.map(percent),
  ];
  printTable(
    ["", "requests/s", ...STALLED_LIMITS.map((limit) => `longer than ${limit} ms`)],
    [
      ["waits within the stalls alone", "", ...STALLED_LIMITS.map((limit) => percent((STALL - limit) / STALL_EVERY))],
      row("true, by the server's clock", times.length / STALLED_SECONDS, truth),
      row("Agent Vitals, at a rate", ours.reached, ours.slower),
      row("autocannon, closed loop", closed.reached, closed.slower),
    ],
  );
  const off = Math.abs(ours.reached / ours.intended - 1);
  const wrong = Math.max(...truth.map((share, i) => Math.abs((ours.slower[i] ?? 0) - share)));
  const met = off < RATE_OFF && wrong < SHARE_OFF && ours.errors === 0;
  console.log(
    `\n${rate.toLocaleString("en")} requests/s are ${SHARE_OF_MOST} of what the generator reached at most (${Math.round(most).toLocaleString("en")}); ${ours.errors} errors, ${(1000 * ours.lateness).toFixed(1)} ms late itself at p99.`,
    `\nTargets: the real rate within 1 % of the intended: ${percent(off)} off; shares as they truly are: ${percent(wrong)} off at most: ${met ? "met" : "missed"}.\n`,
  );
  return met;
}

interface Timed {
  /** Milliseconds between what was measured from token to token and what passed at the server. */
  p50: number;
  p99: number;
  max: number;
  cpu: number;
}

async function streams(): Promise<boolean> {
  const { child, port } = await server("pacedTokens.mjs", String(TOKENS_PER_SECOND));
  const by = (which: string, streams: number) => async (): Promise<Timed> => {
    const args = [support("streamReader.ts"), which, String(port), String(streams), String(TOKENS)];
    const { came, cpu } = JSON.parse(await output(process.execPath, args)) as {
      came: Record<string, number[]>;
      cpu: number;
    };
    child.send("written");
    const [written] = (await once(child, "message")) as [Record<string, number[]>];
    const errors = Object.entries(came).flatMap(([name, times]) =>
      differences(times, written[name] ?? []).slice(WARM_UP_TOKENS),
    );
    errors.sort((a, b) => a - b);
    const at = (share: number) => errors[Math.floor((errors.length - 1) * share)] ?? Number.NaN;
    return { p50: at(0.5), p99: at(0.99), max: at(1), cpu };
  };
  const timed = await interleave(
    {
      "Agent Vitals, 200": by("ours", STREAMS),
      "a loop over fetch, 200": by("fetch", STREAMS),
      // What the machine itself does to whoever waits.
      "Agent Vitals, 1": by("ours", 1),
    },
    { rounds: STREAM_ROUNDS, warmUp: 1 },
  );
  child.disconnect();
  const cells = (list: Timed[], ...names: (keyof Timed)[]) =>
    names.map((name) => figure(spread(list.map((one) => one[name])), name === "cpu" ? 1 : 2));
  const rows = Object.entries(timed).map(([name, list]) => [name, ...cells(list, "p50", "p99", "max", "cpu")]);
  printTable(["reader, streams", "error p50, ms", "error p99, ms", "longest, ms", "µs of CPU per token"], rows);
  const met = spread((timed["Agent Vitals, 200"] ?? []).map(({ p99 }) => p99)).median < MOST_ERROR;
  console.log(
    `\nStreams of ${TOKENS_PER_SECOND} tokens/s each. Target for ${STREAMS}: p99 under ${MOST_ERROR} ms: ${met ? "met" : "missed"}.`,
  );
  return met;
}

function differences(came: number[], written: number[]): number[] {
  if (came.length !== written.length) throw new Error(`${came.length} of ${written.length} tokens came`);
  return came.slice(1).map((time, i) => {
    const measured = time - (came[i] ?? Number.NaN);
    return Math.abs(measured - ((written[i + 1] ?? Number.NaN) - (written[i] ?? Number.NaN))) * 1000;
  });
}

const parts: Record<string, () => Promise<boolean>> = { generators, stalls, streams };
const [only] = process.argv.slice(2);
console.log(
  `Takes about 5 minutes. ${machine()}; server and generator ${pinned ? "on a core each" : "not pinned"}; median (min to max)\n`,
);
for (const [name, part] of Object.entries(parts))
  if ((only === undefined || only === name) && !(await part())) process.exitCode = 1;
