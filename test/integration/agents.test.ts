import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import * as vscode from "vscode";
import { agent, agentThat, alive, api, fixtureConfig, folder, inFolder, until, writeConfig } from "./support.ts";

const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(`agentVitals.${command}`, ...args);

describe("A window with nothing to watch", () => {
  it("starts no collector and says so", async () => {
    const vitals = await api();
    assert.equal(vitals.collector().state, "none");
    assert.equal(vitals.status().text, "$(pulse) no agent");
  });
});

describe("Add Client to This Project", () => {
  it("copies the client with its types and shows the lines to paste", async () => {
    await run("addClient");
    assert.ok(existsSync(inFolder("agent-vitals.mjs")));
    assert.ok(existsSync(inFolder("agent-vitals.d.mts")));
    const shown = vscode.window.activeTextEditor?.document.getText() ?? "";
    assert.match(shown, /import \{ createMonitor \} from "\.\/agent-vitals\.mjs";/);
  });
});

describe("Agents of the workspace", () => {
  before(() => writeConfig(fixtureConfig));

  it("appear as soon as the config names them", async () => {
    const found = await agentThat("fixture-agent", "appears", (a) => a.launchable);
    assert.equal(found.status, "idle");
    assert.ok((await api()).status().text.startsWith("$(play) Start "));
  });

  it("start, and their figures reach the status bar", async () => {
    await run("startAgent", "fixture-agent");
    const running = await agentThat(
      "fixture-agent",
      "has 20 responses",
      (a) => (a.latency[0]?.minute.count ?? 0) >= 20,
    );
    const talker = running.latency.find((q) => q.queryType === "talker");
    assert.ok(Math.abs((talker?.minute.p95 ?? 0) - 0.12) < 0.001, `p95 ${talker?.minute.p95}`);
    assert.equal(running.runs[0]?.origin, "launched");
    await run("pinAgent", "fixture-agent");
    await until("the status bar shows it", async () => (await api()).status().text === "$(pulse) talker 120 ms");
  });

  it("are sampled: CPU and memory of their processes, heap from their client, voice", async () => {
    const sampled = await agentThat(
      "fixture-agent",
      "is sampled",
      (a) => a.resources?.cpu !== undefined && a.heap !== undefined,
    );
    assert.ok((sampled.resources?.memory ?? 0) > 10 * 2 ** 20);
    assert.ok((sampled.heap?.used ?? 0) > 2 ** 20);
    assert.equal(sampled.voice?.failure, 0);
  });

  it("are recorded, as a document tells", async () => {
    await until("the record tells of it", async () => {
      await run("showRecord");
      const text = vscode.window.activeTextEditor?.document.getText() ?? "";
      return /^# What Agent Vitals has recorded/.test(text) && /\| fixture-agent \| 1 \| \d+ \|/.test(text);
    });
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
  });

  it("are logged as soon as a setting asks for it, and no longer", async () => {
    const settings = vscode.workspace.getConfiguration("agentVitals");
    const exports = async () => (await api()).state()?.record?.exports ?? [];
    await settings.update("performanceLog.level", "info", vscode.ConfigurationTarget.Global);
    await until("the log is open", async () =>
      (await exports()).some(({ kind, state }) => kind === "log" && state === "ok"),
    );
    await run("openPerformanceLog");
    const text = vscode.window.activeTextEditor?.document.getText() ?? "";
    assert.equal(JSON.parse(text.split("\n")[0] ?? "").kind, "header");
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    await settings.update("performanceLog.level", undefined, vscode.ConfigurationTarget.Global);
    await until("the log is closed", async () => (await exports()).length === 0);
  });

  it("say where figures can't be sent, and what to do", async () => {
    const settings = vscode.workspace.getConfiguration("agentVitals");
    const failed = async () => (await api()).state()?.record?.exports.find(({ kind }) => kind === "otlp");
    await settings.update("export.otlp.endpoint", "localhost:4318", vscode.ConfigurationTarget.Global);
    const { state, message } = await until("the address is refused", failed);
    assert.equal(state, "failed");
    assert.match(message ?? "", /is no address: it begins with http/);
    await settings.update("export.otlp.endpoint", undefined, vscode.ConfigurationTarget.Global);
    await until("it is no longer asked for", async () => !(await failed()));
  });

  it("have a terminal that is only a view", async () => {
    const terminal = vscode.window.terminals.find((t) => t.name === "fixture-agent");
    assert.ok(terminal);
    const output = (await agent("fixture-agent"))?.runs[0]?.kept.find((f) => f.name === "output.log")?.path ?? "";
    terminal.sendText("good morning");
    await until("typing reaches it", () => readFileSync(output, "utf8").includes("heard good morning"));
    const pid = (await agent("fixture-agent"))?.runs[0]?.pid ?? 0;
    terminal.dispose();
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.ok(alive(pid), "closing the view stopped the agent");
    await run("showTerminal", "fixture-agent");
    await until("its terminal is back", () => vscode.window.terminals.find((t) => t.name === "fixture-agent"));
  });

  it("are asked to clean up", async () => {
    const output = (await agent("fixture-agent"))?.runs[0]?.kept.find((f) => f.name === "output.log")?.path ?? "";
    await run("cleanUpAgent", "fixture-agent");
    await until("its hook ran", () => readFileSync(output, "utf8").includes("cleaned up"));
  });

  it("are taken a heap snapshot of, which is opened and kept with their run", async () => {
    await run("takeHeapSnapshot", "fixture-agent");
    const kept = await until("the run keeps it", async () =>
      (await agent("fixture-agent"))?.runs[0]?.kept.find(({ name }) => name === "fixture-agent-run1-1.heapsnapshot"),
    );
    assert.ok(JSON.parse(readFileSync(kept.path, "utf8")).nodes.length > 0);
    const shown = vscode.window.tabGroups.activeTabGroup.activeTab;
    assert.equal(shown?.label, kept.name);
    assert.ok(shown?.input instanceof vscode.TabInputCustom && shown.input.viewType === "agentVitals.heap");
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    await run("detachAgent", "fixture-agent");
    await agentThat("fixture-agent", "is left by the inspector", (a) => !a.inspector && a.status === "running");
  });

  it("show the figure that is wrong in the warning background", async () => {
    await run("startAgent", "slow-agent");
    await run("pinAgent", "slow-agent");
    await until("the status bar warns", async () => (await api()).status().text === "$(warning) talker 900 ms");
    assert.equal((await api()).status().background, "warning");
    await run("stopAgent", "slow-agent");
    const stopped = await agentThat("slow-agent", "is stopped", (a) => a.status === "stopped");
    assert.equal(stopped.runs[0]?.stopped, true);
    await run("pinAgent", "fixture-agent");
  });

  it("live on when the collector is killed, and are found again with nothing lost", async () => {
    const vitals = await api();
    const pid = (await agent("fixture-agent"))?.runs[0]?.pid ?? 0;
    const collector = vitals.state()?.self.pid ?? 0;
    const seen = new Set<string>();
    process.kill(collector, "SIGKILL");
    await until("another collector serves", () => {
      seen.add(vitals.collector().state);
      const now = vitals.state()?.self.pid;
      return vitals.collector().state === "connected" && now !== undefined && now !== collector;
    });
    assert.ok(seen.has("restarting"), [...seen].join());
    assert.ok(alive(pid), "the agent was stopped");
    const again = await agentThat("fixture-agent", "reports again", (a) => (a.latency[0]?.minute.count ?? 0) > 0);
    assert.deepEqual([again.runs[0]?.pid, again.runs[0]?.origin, again.status], [pid, "launched", "running"]);
  });

  it("restart, and count their runs", async () => {
    const before = await agent("fixture-agent");
    await run("restartAgent", "fixture-agent");
    const after = await agentThat(
      "fixture-agent",
      "runs again",
      (a) => a.status === "running" && a.runs[0]?.pid !== before?.runs[0]?.pid,
    );
    assert.equal(after.runs[0]?.number, (before?.runs[0]?.number ?? 0) + 1);
    assert.equal(after.runs[1]?.stopped, true);
  });

  it("end by Ctrl+C in their terminal with their own exit code", async () => {
    // Before its handler of signals is there, Ctrl+C ends it as it ends any program.
    const reports = await agentThat("fixture-agent", "reports", (a) => a.status === "running" && a.connections === 1);
    const pid = reports.runs[0]?.pid;
    // The view of the earlier run gives way to the new one's.
    const terminal = await until("its one terminal", () => {
      const views = vscode.window.terminals.filter((t) => t.name === "fixture-agent" && !t.exitStatus);
      return views.length === 1 && views[0];
    });
    terminal.sendText("\u0003", false);
    const ended = await agentThat("fixture-agent", "ended", (a) => a.status === "stopped");
    assert.deepEqual([ended.runs[0]?.pid, ended.runs[0]?.exitCode], [pid, 3]);
    const status = (await api()).status();
    assert.deepEqual([status.text, status.background], ["$(debug-disconnect) fixture-agent stopped", "none"]);
  });

  it("are down, in the error background, when they end by themselves", async () => {
    const vitals = await api();
    await run("startAgent", "fixture-agent");
    await agentThat("fixture-agent", "reports", (a) => a.status === "running" && a.connections === 1);
    const terminal = await until("its one terminal", () => {
      const views = vscode.window.terminals.filter((t) => t.name === "fixture-agent" && !t.exitStatus);
      return views.length === 1 && views[0];
    });
    terminal.sendText("crash");
    const down = await agentThat("fixture-agent", "is down", (a) => a.status === "failed");
    assert.equal(down.runs[0]?.exitCode, 7);
    await until("the status bar says so", () => vitals.status().text === "$(error) fixture-agent is down");
    assert.equal(vitals.status().background, "error");
  });
});

describe("Agents started by hand", () => {
  it("show up when started in a terminal", async () => {
    const terminal = vscode.window.createTerminal({ name: "by hand", cwd: folder() });
    terminal.sendText("exec node agent.mjs 70");
    // The client takes its name from the folder's package.json, else from the script.
    const found = await agentThat("agent.mjs", "connects", (a) => a.connections === 1 && a.latency.length > 0);
    assert.equal(found.runs[0]?.origin, "connected");
    terminal.dispose();
    await agentThat("agent.mjs", "ended", (a) => a.status === "stopped");
  });

  it("show up when started with F5", async () => {
    const started = await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], {
      type: "node",
      request: "launch",
      name: "f5",
      program: inFolder("agent.mjs"),
      console: "internalConsole",
    });
    assert.ok(started);
    await agentThat("agent.mjs", "connects from the debugger", (a) => a.connections === 1 && a.runs.length === 2);
    await vscode.debug.stopDebugging();
    await agentThat("agent.mjs", "ended with its session", (a) => a.status === "stopped");
  });
});

describe("Attach to Process", () => {
  it("watches a process by pid and forgets it on detaching, without touching it", async () => {
    const { spawn } = await import("node:child_process");
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    try {
      await run("attachToProcess", child.pid);
      const name = await until("it is watched", async () => {
        const found = (await api()).state()?.agents.find((a) => a.runs[0]?.pid === child.pid);
        return found?.resources ? found.name : undefined;
      });
      await until("the status bar shows its memory", async () => /MiB$/.test((await api()).status().text));
      await run("detachAgent", name);
      await until("it is forgotten", async () => ((await agent(name)) === undefined ? true : undefined));
      assert.ok(alive(child.pid ?? 0));
    } finally {
      child.kill();
    }
  });
});

describe("Copy Environment for an External Terminal", () => {
  it("puts socket, token and the OpenTelemetry endpoint into the clipboard", async () => {
    await run("copyEnvironment");
    const text = await until("the clipboard is set", async () => (await vscode.env.clipboard.readText()) || undefined);
    assert.match(text, /^export AGENT_VITALS_SOCKET='\/.+'\nexport AGENT_VITALS_TOKEN='[0-9a-f]+'\n/);
    assert.match(text, /\nexport OTEL_EXPORTER_OTLP_ENDPOINT='http:\/\/127\.0\.0\.1:\d+'\n/);
  });
});
