// One load generator for some seconds, as the bench of suites runs it in a process of its own. Arguments: which, port,
// connections, seconds. Prints what it reached.
import autocannon from "autocannon";
import { addTallies } from "../../src/suites/load/addTallies.ts";
import { generate } from "../../src/suites/load/generate.ts";
import { http } from "../../src/suites/targets/http.ts";

const [which = "", port = "", connections = "", seconds = ""] = process.argv.slice(2);
const url = `http://127.0.0.1:${port}`;

const before = process.cpuUsage();
const { requests, errors, took } = which === "autocannon" ? await theirs() : await ours();
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ perSecond: requests / took, errors, cpu: (user + system) / requests }));

/** Users who ask again as soon as they have their answer, by the engine of suites with all that it counts. */
async function ours() {
  const target = await http.open(
    { kind: "http", url },
    { folder: import.meta.dirname, env: {}, connections: Number(connections) },
  );
  const request = { path: "/" };
  const now = () => performance.now() / 1000;
  const { done } = generate(
    {
      arrivals: { kind: "users", steps: [{ at: 0, users: Number(connections) }], thinkTime: 0 },
      duration: Number(seconds),
      cuts: [0],
      timeout: 10,
      connections: Number(connections),
      limits: [],
      seed: 1,
      thread: 0,
      threads: 1,
    },
    (_number, _user, signal) => target.send(request, signal),
    now(),
    now,
  );
  const { requests, errors } = addTallies(await done);
  await target.close();
  const failed = Object.values(errors).reduce((sum, n) => sum + n, 0);
  return { requests: requests - failed, errors: failed, took: Number(seconds) };
}

async function theirs() {
  const { requests, errors, non2xx, duration } = await autocannon({
    url,
    connections: Number(connections),
    duration: Number(seconds),
  });
  return { requests: requests.total, errors: errors + non2xx, took: duration };
}
