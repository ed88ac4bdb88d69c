import { formatAge } from "../../model/format.ts";
import { BaselineStore } from "../../suites/baselines/store.ts";
import type { Command } from "../command.ts";
import { print, printable, printJson, tell } from "../output.ts";
import { table } from "../table.ts";
import { findWorkspace } from "../workspace.ts";

export const baselines: Command = {
  name: "baselines",
  summary: "list the baselines that are kept in the workspace, or delete one",
  usage: "suite baselines [--delete NAME] [--json]",
  options: {
    delete: { value: "NAME", help: "delete this one" },
    json: { help: "print them as one JSON document" },
  },
  details: `They are files in .vscode/agent-vitals/baselines: suite run --save-baseline NAME writes them. Exit codes: 0 all well,
1 one can't be read, 2 could not be done.`,

  async run(values) {
    const store = new BaselineStore(findWorkspace(process.cwd()));
    if (typeof values.delete === "string") {
      store.delete(values.delete);
      tell(`Deleted ${values.delete}.`);
    }
    const all = store.list();
    if (values.json) {
      const documents = all.map(({ name, file, ...one }) =>
        "problem" in one
          ? { name, file, problem: one.problem }
          : {
              name,
              file,
              suite: one.result.suite,
              time: one.result.started,
              commit: one.result.environment.git?.commit ?? null,
              scenarios: Object.keys(one.result.scenarios),
              repeats: repeatsOf(one.result),
            },
      );
      printJson({ folder: store.folder, baselines: documents });
    } else if (all.length === 0) print(`No baseline is kept in ${store.folder}.`);
    else
      print(
        table(
          [
            { title: "Name" },
            { title: "Suite" },
            { title: "Age", right: true },
            { title: "Commit" },
            { title: "Repeats", right: true },
            { title: "Scenarios" },
          ],
          all.map((one) => {
            if ("problem" in one) return [printable(one.name), "can't be read", "", "", "", printable(one.problem)];
            const { suite, started, environment, scenarios } = one.result;
            const commit = environment.git
              ? environment.git.commit.slice(0, 7) + (environment.git.dirty ? "+" : "")
              : "–";
            const age = formatAge(Date.now() / 1000 - started);
            const names = Object.keys(scenarios).join(", ");
            return [one.name, suite, age, commit, String(repeatsOf(one.result)), names].map(printable);
          }),
        ).join("\n"),
      );
    return all.some((one) => "problem" in one) ? 1 : 0;
  },
};

const repeatsOf = ({ scenarios }: { scenarios: Record<string, { repeats: unknown[] }> }) =>
  Math.max(0, ...Object.values(scenarios).map(({ repeats }) => repeats.length));
