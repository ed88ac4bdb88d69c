import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "../../../src/collector/config/readConfig.ts";
import { messages, told, Workspace } from "./support.ts";

describe("the config file", () => {
  let workspace: Workspace;
  beforeEach(() => {
    workspace = new Workspace();
  });
  afterEach(() => workspace.remove());
  const names = () => workspace.read().definitions.map(({ name }) => name);

  it("that is not there means no agents and no problem", () => {
    assert.deepEqual(workspace.read(), { definitions: [], modelServers: [], problems: [] });
  });

  it("gives agents ready to launch: defaults filled in, paths absolute, durations in seconds", () => {
    workspace.write({ version: 1, agents: [{ name: "bare", command: "node" }] });
    assert.deepEqual(workspace.read().definitions, [
      {
        name: "bare",
        command: "node",
        args: [],
        cwd: workspace.folder,
        env: {},
        primaryQueryType: "talker",
        thresholds: {},
        models: [],
        turns: [],
        stop: { signal: "SIGTERM", timeout: 5 },
      },
    ]);
    workspace.write({
      version: 1,
      agents: [
        {
          name: "full",
          command: "python3",
          args: ["-m", "agent"],
          cwd: "sub",
          env: { A: "1", B: null },
          primaryQueryType: "thinker",
          thresholds: { talker: "250ms", thinker: "1.5m" },
          models: { "llama3.2:3b*": "talker", "*": "thinker" },
          stop: { signal: "SIGINT", timeout: "1h" },
        },
      ],
    });
    const { definitions, problems } = workspace.read();
    assert.deepEqual(problems, []);
    assert.deepEqual(definitions[0], {
      name: "full",
      command: "python3",
      args: ["-m", "agent"],
      cwd: join(workspace.folder, "sub"),
      env: { A: "1", B: null },
      primaryQueryType: "thinker",
      thresholds: { talker: 0.25, thinker: 90 },
      models: [
        { pattern: "llama3.2:3b*", queryType: "talker" },
        { pattern: "*", queryType: "thinker" },
      ],
      turns: [],
      stop: { signal: "SIGINT", timeout: 3600 },
    });
  });

  it("names model servers; what is wrong in one costs that one", () => {
    workspace.write({
      version: 1,
      agents: [],
      modelServers: [
        { url: "http://127.0.0.1:8081/" },
        { url: "ftp://nowhere", kind: "ollama" },
        { url: "http://gpu-box:8000", kind: "vllm", name: "big one" },
        { url: "http://127.0.0.1:1", kind: "skynet" },
      ],
    });
    const { modelServers, problems } = workspace.read();
    assert.deepEqual(modelServers, [
      { url: "http://127.0.0.1:8081", configured: true },
      { url: "http://gpu-box:8000", kind: "vllm", name: "big one", configured: true },
    ]);
    assert.equal(problems.length, 2);
  });

  it("may have comments, trailing commas and a byte order mark", () => {
    workspace.write(`\uFEFF{ // agents
      "version": 1, /* one */ "agents": [{ "name": "a", "command": "node", },],
    }`);
    assert.deepEqual(told(workspace.read()), []);
    assert.deepEqual(names(), ["a"]);
  });

  it("says what is wrong in people's words, at its place", () => {
    workspace.write(`{
  "version": 1,
  "agents": [
    {
      "name": "a",
      "command": "node",
      "args": ["x", 1],
      "thresholds": { "talker": "2 sec", "my type": 2 },
      "stop": { "signal": "SIGKILL", "timeout": "soon" },
      "env": { "A": 1 }
    }
  ]
}`);
    assert.deepEqual(told(workspace.read()), [
      "error 7:21-7:22 agents[0].args[1]: must be a text, and is a number.",
      'error 8:33-8:40 agents[0].thresholds.talker: "2 sec" is no duration: write a number and its unit, e.g. "2s" (ms, s, m, h).',
      'error 8:53-8:54 agents[0].thresholds["my type"]: must be a text, and is a number.',
      'error 9:27-9:36 agents[0].stop.signal: is "SIGKILL"; must be "SIGTERM" or "SIGINT".',
      'error 9:49-9:55 agents[0].stop.timeout: "soon" is no duration: write a number and its unit, e.g. "2s" (ms, s, m, h).',
      "error 10:21-10:22 agents[0].env.A: must be a text, or null to remove it.",
    ]);
  });

  it("with a bad agent still gives the others", () => {
    workspace.write({
      version: 1,
      agents: [
        { name: "good", command: "node" },
        { name: "no command" },
        { name: "a/b", command: "node" },
        { name: "", command: "node" },
        "nonsense",
        null,
        { name: "args", command: "node", args: "x" },
        { name: "fine", command: "node" },
      ],
    });
    assert.deepEqual(names(), ["good", "fine"]);
    assert.deepEqual(messages(workspace.read()), [
      'agents[1] lacks "command".',
      'agents[2].name: "a/b" has a slash, which tells folder and agent apart. Choose a name without one.',
      "agents[3].name: is empty.",
      "agents[4]: must be an object in braces { }, and is a text.",
      "agents[5]: must be an object in braces { }, and is null.",
      "agents[6].args: must be a list in brackets [ ], and is a text.",
    ]);
  });

  it("with a bad threshold or stop still starts the agent, with the default in its place", () => {
    const agent = { name: "a", command: "node", thresholds: { talker: "x", thinker: "3s" }, stop: { timeout: 5 } };
    workspace.write({ version: 1, agents: [agent] });
    const [definition] = workspace.read().definitions;
    assert.deepEqual(definition?.thresholds, { thinker: 3 });
    assert.deepEqual(definition?.stop, { signal: "SIGTERM", timeout: 5 });
    assert.equal(workspace.read().problems.length, 2);
  });

  it("tells of all errors, however many", () => {
    const thresholds = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`type${i}`, "x"]));
    workspace.write({ version: 1, agents: [{ name: "a", command: "node", thresholds }] });
    assert.equal(workspace.read().problems.length, 30);
    assert.deepEqual(workspace.read().definitions[0]?.thresholds, {});
  });

  it("warns of unknown names and guesses what was meant; reserved ones are no errors", () => {
    const reserved = { ready: 1, restart: [], dependsOn: "b", fallback: null };
    workspace.write({
      $schema: "x",
      version: 1,
      modelServers: [],
      extra: 1,
      agents: [{ name: "a", command: "node", arg: [], treshold: {}, xyzzy: 1, stop: { time: "1s" }, ...reserved }],
    });
    const { definitions, problems } = workspace.read();
    assert.equal(definitions.length, 1);
    assert.ok(problems.every(({ severity }) => severity === "warning"));
    const [extra, arg, treshold, xyzzy, time] = messages(workspace.read());
    assert.equal(extra, "extra is unknown and does nothing. Known here: version, agents, modelServers.");
    assert.equal(arg, 'agents[0].arg is unknown and does nothing. Did you mean "args"?');
    assert.equal(treshold, 'agents[0].treshold is unknown and does nothing. Did you mean "thresholds"?');
    assert.match(xyzzy ?? "", /^agents\[0\]\.xyzzy is unknown and does nothing\. Known here: name, command, /);
    assert.equal(time, 'agents[0].stop.time is unknown and does nothing. Did you mean "timeout"?');
  });

  it("tells of two agents with one name, and of a property given twice", () => {
    workspace.write(`{ "version": 1, "agents": [
  { "name": "a", "command": "one" },
  { "name": "a", "command": "two" },
  { "name": "b", "command": "one", "command": "two" }
] }`);
    assert.deepEqual(told(workspace.read()), [
      'error 3:13-3:16 agents[1].name: another agent is named "a". Rename one.',
      "warning 4:18-4:27 agents[2].command is given twice; the last one counts.",
    ]);
    const { definitions } = workspace.read();
    assert.deepEqual(
      definitions.map(({ name, command }) => [name, command]),
      [
        ["a", "one"],
        ["b", "two"],
      ],
    );
  });

  it("broken in one agent still gives those before and after", () => {
    workspace.write(`{ "version": 1, "agents": [
  { "name": "a", "command": "one" },
  { "name": "b", "command": two },
  { "name": "c", "command": "three" }
] }`);
    const config = workspace.read();
    assert.deepEqual(
      config.definitions.map(({ name }) => name),
      ["a", "c"],
    );
    assert.equal(told(config)[0], "error 3:29-3:32 This is no JSON value: texts stand in double quotes.");
    workspace.write('{ "version": 1, "agents": [ { "name": "a", "command": "one" }, { "name": "b", "comm');
    assert.deepEqual(names(), ["a"]);
    assert.ok(messages(workspace.read()).includes("This text has no end: a double quote is missing."));
  });

  for (const [what, content, message] of [
    ["is empty", "", 'The file is empty. Begin with { "version": 1, "agents": [] }.'],
    ["holds blanks alone", " \n\t", 'The file is empty. Begin with { "version": 1, "agents": [] }.'],
    ["holds a list", "[]", "The file: must be an object in braces { }, and is a list in brackets [ ]."],
    ["holds no agents", '{ "version": 1 }', 'The file lacks "agents".'],
    [
      "holds agents that are no list",
      '{ "version": 1, "agents": {} }',
      "agents: must be a list in brackets [ ], and is an object in braces { }.",
    ],
    ["is of a later version", '{ "version": 2, "agents": [{}] }', "version: is 2; must be 1."],
    ["is binary", Buffer.from([0x7b, 0, 1, 2]), "The file holds binary data. Write it as UTF-8 text."],
    ["is in another encoding", Buffer.from([0x7b, 0xe4, 0x7d]), "The file is not in UTF-8. Save it in that encoding."],
    ["is nested without end", "[".repeat(500_000), "The file is nested too deeply to be read."],
    ["is huge", " ".repeat(1024 * 1024 + 1), "The file has 1048577 bytes; at most 1048576 are read."],
  ] as const) {
    it(`that ${what} is a problem, not a crash`, () => {
      workspace.write(content);
      const config = workspace.read();
      assert.deepEqual(messages(config), [message]);
      assert.deepEqual(config.definitions, []);
    });
  }

  it("of garbage is told about in bounds", () => {
    workspace.write("}{ garbage ]\n".repeat(50_000));
    const { definitions, problems } = workspace.read();
    assert.deepEqual(definitions, []);
    assert.ok(problems.length > 0 && problems.length <= 102);
  });

  it("that can't be read, or is none, is a problem at its beginning", () => {
    mkdirSync(workspace.file, { recursive: true });
    assert.deepEqual(told(workspace.read()), [
      "error 1:1-1:1 This is no file. Remove it, and write a file in its place.",
    ]);
    const other = new Workspace();
    mkdirSync(join(other.folder, ".vscode"));
    execFileSync("mkfifo", [other.file]);
    assert.deepEqual(told(other.read()), ["error 1:1-1:1 This is no file. Remove it, and write a file in its place."]);
    other.remove();
  });

  it("without permission to read it is a problem that says so", () => {
    const isRoot = process.getuid?.() === 0;
    // Root may read everything.
    if (isRoot) process.seteuid?.("nobody");
    try {
      const locked = new Workspace().write("{}");
      chmodSync(locked.file, 0);
      assert.deepEqual(told(locked.read()), ["error 1:1-1:1 The file can't be read (EACCES). Check its permissions."]);
      locked.remove();
    } finally {
      if (isRoot) process.seteuid?.("root");
    }
  });

  it("without a version, or with one bad value beside good ones, gives what is right", () => {
    workspace.write({ agents: [{ name: "a", command: "node" }] });
    assert.deepEqual(messages(workspace.read()), ['The file lacks "version".']);
    assert.deepEqual(names(), ["a"]);
  });

  it("names agents folder/name in a workspace of several folders, which may use one name each", () => {
    const other = new Workspace();
    const content = { version: 1, agents: [{ name: "agent", command: "node" }] };
    workspace.write(content);
    other.write(content);
    const config = readConfig([workspace.folder, other.folder], {}, { multiRoot: true });
    assert.deepEqual(config.problems, []);
    assert.deepEqual(
      config.definitions.map(({ name, cwd }) => [name, cwd]),
      [
        [`${workspace.name}/agent`, workspace.folder],
        [`${other.name}/agent`, other.folder],
      ],
    );
    other.remove();
  });
});
