import { GetOpenHandles, RecordHandles } from "../collector/protocol.ts";
import { formatAge, formatCount } from "../model/format.ts";
import { countedKind, type HandleGroup, handlesText, type OpenHandles } from "../model/openHandles.ts";
import { targetOptions, whileAttached } from "./attached.ts";
import type { Command } from "./command.ts";
import { after, awaitEnding } from "./ending.ts";
import { numberOf } from "./options.ts";
import { print, printable, printJson, styled, tell } from "./output.ts";
import { type Column, table } from "./table.ts";
import { targetOf } from "./target.ts";

/** Groups that are printed unless all are asked for. */
const TOP = 40;

export const handles: Command = {
  name: "handles",
  summary: "list what an agent has open: files, sockets, pipes, and the lines that opened them",
  usage: "handles (--pid N | --inspect URL | --port N) [--watch S] [--all] [--json]",
  options: {
    ...targetOptions,
    watch: { value: "S", help: "note for so many seconds where new ones are opened, then list" },
    all: { help: `list all groups, not the ${TOP} largest` },
    json: { help: "print them as one JSON document" },
  },
  details: `Lists the descriptors of the process and its children by what they stand for. With --watch the lines that open
files and sockets of a Node agent are noted meanwhile; what was open before has none. Ctrl+C ends watching earlier.
Without --watch the process is not touched.`,

  async run(values) {
    const watch = numberOf(values, "watch", { whole: false, min: 0.1, max: 86_400 });
    const target = targetOf(values);
    const inspect = watch !== undefined || target.pid === undefined;
    return whileAttached({ ...target, inspect }, async ({ rpc, lost }, agent) => {
      if (watch !== undefined) {
        await rpc.sendRequest(RecordHandles, { agent, seconds: watch + 60 });
        tell(`The lines that open files and sockets of ${printable(agent)} are noted for ${formatAge(watch)}.`);
        await passed(watch, lost);
      }
      const open = await rpc.sendRequest(GetOpenHandles, { agent });
      if (watch !== undefined) await rpc.sendRequest(RecordHandles, { agent, seconds: 0 });
      if (values.json) printJson({ agent, ...open });
      else print(text(agent, open, values.all === true));
      return 0;
    });
  },
};

async function passed(seconds: number, lost: Promise<never>): Promise<void> {
  const [ending, time] = [awaitEnding(), after(seconds)];
  try {
    await Promise.race([ending.asked, time.passed, lost]);
  } finally {
    ending.dispose();
    time.stop();
  }
}

const columns: readonly Column[] = [
  { title: "Open", right: false },
  { title: "Target" },
  { title: "State" },
  { title: "Oldest", right: true },
  { title: "Opened at" },
];

function text(agent: string, open: OpenHandles, all: boolean): string {
  const { processes, groups, recording } = open;
  const shown = all ? groups : groups.slice(0, TOP);
  const [head = "", ...lines] = table(columns, shown.map(row));
  const more = groups.length - shown.length;
  return [
    ...processes.map(
      ({ pid, name, count, limit }) =>
        `${printable(name)} (pid ${pid}): ${formatCount(count)} descriptors${limit === undefined ? "" : ` of ${formatCount(limit)}`}`,
    ),
    "",
    `${printable(agent)}: ${handlesText(open)}`,
    "",
    styled("bold", head),
    ...lines,
    ...(more > 0 ? ["", `${formatCount(more)} groups more: --all`] : []),
    ...(recording && recording.lost > 0
      ? ["", `${formatCount(recording.lost)} more were opened than there was room to note.`]
      : []),
  ].join("\n");
}

function row({ kind, count, target, state, age, location, locationNote }: HandleGroup): string[] {
  const place = location ? `${location.file}:${location.line}:${location.column}` : (locationNote ?? "–");
  return [
    countedKind(kind, count),
    printable(target),
    state ?? "",
    age ? formatAge(age.oldest) : "–",
    printable(place),
  ];
}
