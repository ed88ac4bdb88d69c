// A load on a target that stalls, as the bench of suites runs it in a process of its own. Arguments: which (ours: at a
// rate; most: as much as it can; autocannon: as much as it can), port, connections, seconds, requests a second. Prints
// the rates, and which share of the responses took longer than each limit.
import autocannon from "autocannon";
import { countOf, quantileOf } from "../../src/suites/histograms.ts";
import { addTallies } from "../../src/suites/load/addTallies.ts";
import { generate } from "../../src/suites/load/generate.ts";
import type { Arrivals } from "../../src/suites/load/stretch.ts";
import { http } from "../../src/suites/targets/http.ts";

/** Milliseconds. */
const LIMITS = [100, 250, 400];

const [which = "", port = "", ...figures] = process.argv.slice(2);
const [connections = 1, seconds = 1, rate = 0] = figures.map(Number);
const url = `http://127.0.0.1:${port}`;

console.log(JSON.stringify(which === "autocannon" ? await theirs() : await ours()));

async function ours() {
  const target = await http.open(
    { kind: "http", url },
    { folder: import.meta.dirname, env: {}, connections: Number(connections) },
  );
  const now = () => performance.now() / 1000;
  const start = now() + 0.1;
  const arrivals: Arrivals =
    which === "most"
      ? { kind: "users", steps: [{ at: 0, users: connections }], thinkTime: 0 }
      : {
          kind: "open",
          shape: { segments: [{ duration: Number.POSITIVE_INFINITY, from: rate, to: rate }], spacing: "even" },
        };
  const { done } = generate(
    { arrivals, duration: seconds, cuts: [0], timeout: 10, connections, limits: [], seed: 1, thread: 0, threads: 1 },
    (number, _user, signal) => target.send({ path: `/${number}` }, signal),
    start,
    now,
  );
  const { reached, requests, intended, errors, histograms, lateness } = addTallies(await done);
  await target.close();
  const durations = histograms.duration ?? [];
  // Of a bucket across a limit (1/1000 wide) nothing is lost that matters here.
  const slower = LIMITS.map((limit) => countOf(durations.filter(([bucket]) => bucket >= limit * 1000)) / requests);
  const failed = Object.values(errors).reduce((sum, n) => sum + n, 0);
  return {
    start: performance.timeOrigin + start * 1000,
    intended: intended / seconds,
    reached: reached / seconds,
    lateness: lateness.length > 0 ? quantileOf(lateness, 0.99) : 0,
    errors: failed,
    slower,
  };
}

async function theirs() {
  const slow = LIMITS.map(() => 0);
  let all = 0;
  const running = autocannon({ url: `${url}/0`, connections, duration: seconds }, () => {});
  running.on("response", (_client: unknown, _status: number, _bytes: number, time: number) => {
    all++;
    LIMITS.forEach((limit, i) => {
      if (time >= limit) slow[i] = (slow[i] ?? 0) + 1;
    });
  });
  await new Promise((resolve) => running.on("done", resolve));
  return { reached: all / seconds, errors: 0, slower: slow.map((n) => n / all) };
}
