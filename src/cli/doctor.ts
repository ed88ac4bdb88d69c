import { workspaceAddresses } from "../collector/addresses.ts";
import type { Hardware, WorkspaceState } from "../model/state.ts";
import { type Check, check, poll } from "./checks/check.ts";
import { doorChecks } from "./checks/doors.ts";
import { folderChecks } from "./checks/folders.ts";
import { containerChecks, gpuChecks, hardwareCheck, nodeCheck, pythonCheck } from "./checks/machine.ts";
import { modelServerChecks } from "./checks/modelServers.ts";
import type { Command } from "./command.ts";
import { type Connection, connectHere } from "./connection.ts";
import { installation } from "./installation.ts";
import { print, printJson, type Style, styled } from "./output.ts";
import { findWorkspace } from "./workspace.ts";

/** The collector reads the hardware in a process of its own, and asks model servers, soon after its start, seconds. */
const HARDWARE_PATIENCE = 15;
const SERVER_PATIENCE = 3;

export const doctor: Command = {
  name: "doctor",
  summary: "say what works here, and what to do about what does not",
  usage: "doctor [--json]",
  options: { json: { help: "print the checks as one JSON document" } },
  details: `Tries every door as an agent would: says hello at the event socket, sends an OTLP request, attaches to a
small Node process of its own. Looks which hardware and GPUs are here. Exit code 1 when something failed.`,

  async run(values) {
    const { checks, hardware } = await examine();
    if (values.json) {
      const { version } = installation();
      printJson({ version, workspace: findWorkspace(process.cwd()), checks, ...(hardware && { hardware }) });
    } else print(report(checks));
    return checks.some(({ status }) => status === "failed") ? 1 : 0;
  },
};

interface Examined {
  checks: Check[];
  /** Absent when the collector could not be asked, or was not ready. */
  hardware?: Hardware | undefined;
}

async function examine(): Promise<Examined> {
  const local = [nodeCheck(), await pythonCheck()];
  try {
    local.push(...folderChecks(workspaceAddresses(findWorkspace(process.cwd()))));
  } catch (error) {
    // The reason says what to do; without folders there is no collector.
    const detail = error instanceof Error ? error.message : String(error);
    return { checks: [...local, { name: "Folders", status: "failed", detail }] };
  }
  let connection: Connection | undefined;
  const collector = await check("Collector", async () => {
    const begun = performance.now();
    connection = await connectHere();
    const { self } = await connection.state();
    const taken = Math.round(performance.now() - begun);
    const how = Date.now() / 1000 - self.startTime < taken / 1000 + 1 ? "was started" : "runs";
    return {
      status: "ok",
      detail: `Version ${connection.version} ${how} (pid ${self.pid}) and answered in ${taken} ms.`,
    };
  });
  if (!connection) return { checks: [...local, collector, ...(await gpuChecks(undefined))] };
  try {
    const { checks, hardware } = await throughCollector(connection);
    return { checks: [...local, collector, ...checks], hardware };
  } finally {
    connection.close();
  }
}

async function throughCollector(connection: Connection): Promise<Examined> {
  const has = async (fits: (state: WorkspaceState) => boolean) => {
    const state = await connection.state();
    return fits(state) ? state : undefined;
  };
  const doors = await doorChecks(connection, await connection.state());
  await poll(SERVER_PATIENCE, () => has(({ modelServers }) => modelServers.length > 0));
  await poll(HARDWARE_PATIENCE, () => has(({ hardware }) => hardware !== undefined));
  const { hardware, modelServers, configProblems } = await connection.state();
  const gpus = await gpuChecks(hardware);
  const checks = [
    ...configChecks(configProblems),
    ...doors,
    ...modelServerChecks(modelServers),
    hardwareCheck(hardware),
    ...(hardware ? containerChecks(hardware) : []),
    ...gpus,
  ];
  return { checks, hardware };
}

function configChecks(problems: WorkspaceState["configProblems"]): Check[] {
  return problems.map(({ file, line, message, severity }) => ({
    name: "Config file",
    status: severity === "error" ? "failed" : "info",
    detail: `${file}:${line + 1}: ${message}`,
    advice: "Correct this line.",
  }));
}

const styles: Record<Check["status"], Style> = { ok: "green", info: "dim", failed: "red" };

function report(checks: readonly Check[]): string {
  const wide = Math.max(...checks.map(({ name }) => name.length));
  const indent = " ".repeat(8 + wide + 2);
  const lines = checks.flatMap(({ name, status, detail, advice }) => [
    `${styled(styles[status], status.padEnd(6))}  ${name.padEnd(wide)}  ${detail}`,
    ...(advice === undefined ? [] : [`${indent}${advice}`]),
  ]);
  const failed = checks.filter(({ status }) => status === "failed").length;
  const verdict = failed === 0 ? "Everything that is here works." : `${failed} of ${checks.length} checks failed.`;
  return [...lines, "", styled("bold", verdict)].join("\n");
}
