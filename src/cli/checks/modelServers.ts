import type { ModelServerState } from "../../model/modelServers.ts";
import { printable } from "../output.ts";
import type { Check } from "./check.ts";

/** One check a server; one that says so when there is none. */
export function modelServerChecks(servers: readonly ModelServerState[]): Check[] {
  if (servers.length > 0) return servers.map(modelServerCheck);
  return [
    {
      name: "Model servers",
      status: "info",
      detail: "None answers at the usual ports of Ollama, llama.cpp, vLLM and LM Studio.",
      advice: "Start one, or name its address as modelServers in .vscode/agent-vitals.json.",
    },
  ];
}

function modelServerCheck({ name, kind, url, status, message, version, models }: ModelServerState): Check {
  const what = [kind, version].filter(Boolean).join(" ");
  const loaded = models.map(({ name, note }) => (note === undefined ? name : `${name} (${note})`)).join(", ");
  const detail = printable(
    [`${url}, ${what}: ${status}`, message, status === "up" && loaded !== "" && `loaded: ${loaded}`]
      .filter(Boolean)
      .join("; "),
  );
  if (status !== "down") return { name: printable(name), status: status === "up" ? "ok" : "info", detail };
  const advice = "Start it, or take it out of modelServers in .vscode/agent-vitals.json.";
  return { name: printable(name), status: "failed", detail, advice };
}
