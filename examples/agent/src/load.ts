/** `npm run load`: turns from several users at once, and what they took. */
import { parseArgs } from "node:util";
import { drive, type Load } from "./load/drive.ts";
import { figuresOf, formatTable } from "./load/figures.ts";

const HELP = `Drives turns from several users at once against a running example agent.

  npm run load -- [--users 3] [--turns 50] [--url http://127.0.0.1:3210] [--voice] [--json]

  --users N  users at once; each waits for its answer before it asks again
  --turns N  turns of all users together
  --voice    speaks the recordings in voices/ in place of typing
  --json     prints one JSON object: figures and every turn's durations, in seconds

Exit code 0: every turn succeeded; 1: some failed; 2: it could not be done.`;

try {
  const { load, json } = readArguments();
  const started = Date.now() / 1000;
  const { turns, failures } = await drive(load, (done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done}/${load.turns} turns${done === load.turns ? "\n" : ""}`);
  });
  const ended = Date.now() / 1000;
  const queryTypes = figuresOf(turns, ended);
  const failed = failures.length + turns.filter((turn) => turn.outcome !== "ok").length;
  if (json) {
    console.log(JSON.stringify({ ...load, started, ended, failed, failures, queryTypes, records: turns }));
  } else {
    console.log(formatTable(queryTypes));
    console.log(`\n${load.turns} turns of ${load.users} users in ${(ended - started).toFixed(1)} s, ${failed} failed`);
    for (const reason of new Set([...failures, ...turns.flatMap((turn) => turn.error ?? [])]))
      console.log(`  ${reason}`);
  }
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  console.error(`load: ${(error as Error).message}`);
  process.exitCode = 2;
}

function readArguments(): { load: Load; json: boolean } {
  const { values } = parseArgs({
    options: {
      users: { type: "string", default: "3" },
      turns: { type: "string", default: "50" },
      url: { type: "string", default: "http://127.0.0.1:3210" },
      voice: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }
  if (!URL.canParse(values.url)) throw new Error(`--url ${values.url} is no address: give http://127.0.0.1:PORT`);
  const load = {
    url: values.url,
    users: positive("users", values.users),
    turns: positive("turns", values.turns),
    voice: values.voice,
  };
  return { load, json: values.json };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name} ${text}: give a whole number above 0`);
}
