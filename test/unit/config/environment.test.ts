// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own variables look like this
import assert from "node:assert/strict";
import { join } from "node:path";
import { parseEnvFile } from "../../../src/collector/config/envFile.ts";
import { messages, told, Workspace } from "./support.ts";

describe("variables in the config", () => {
  let workspace: Workspace;
  beforeEach(() => {
    workspace = new Workspace();
  });
  afterEach(() => workspace.remove());

  it("are replaced in command, arguments, folder, environment and env file", () => {
    workspace.write("FROM_FILE=1\n", "dev.env").write({
      version: 1,
      agents: [
        {
          name: "a",
          command: "${workspaceFolder}/bin/agent",
          args: ["--model=${env:MODEL}", "${env:MODEL}/${env:MODEL}", "$HOME", "${"],
          cwd: "${workspaceFolder}/sub",
          env: { PATH: "${workspaceFolder}/bin:${env:PATH}" },
          envFile: "${workspaceFolder}/${env:STAGE}.env",
        },
      ],
    });
    const { definitions, problems } = workspace.read({ MODEL: "m$1", PATH: "/bin", STAGE: "dev" });
    assert.deepEqual(problems, []);
    assert.equal(definitions[0]?.command, join(workspace.folder, "bin/agent"));
    assert.deepEqual(definitions[0]?.args, ["--model=m$1", "m$1/m$1", "$HOME", "${"]);
    assert.equal(definitions[0]?.cwd, join(workspace.folder, "sub"));
    assert.deepEqual(definitions[0]?.env, { FROM_FILE: "1", PATH: `${workspace.folder}/bin:/bin` });
  });

  it("that have no value are warnings at their place, and the agent can be started", () => {
    workspace.write(`{ "version": 1, "agents": [
  { "name": "a", "command": "node", "args": ["\${env:NO_SUCH}", "\${file}"] } ] }`);
    const config = workspace.read();
    assert.deepEqual(config.definitions[0]?.args, ["", "${file}"]);
    assert.deepEqual(told(config), [
      "warning 2:46-2:62 agents[0].args[0]: the environment variable NO_SUCH is not set; nothing stands in its place.",
      "warning 2:64-2:73 agents[0].args[1]: ${file} is unknown and left as it is. Known are ${workspaceFolder} and ${env:NAME}.",
    ]);
  });

  it("of an env file come before those of the config", () => {
    workspace.write("A=file\nB=file\n", ".env");
    const agent = { name: "a", command: "node", envFile: ".env", env: { B: "own", C: null } };
    workspace.write({ version: 1, agents: [agent] });
    assert.deepEqual(workspace.read().definitions[0]?.env, { A: "file", B: "own", C: null });
  });

  it("of an env file that is not there are an error, since the agent would miss them", () => {
    workspace.write({ version: 1, agents: [{ name: "a", command: "node", envFile: "gone.env" }] });
    const config = workspace.read();
    assert.deepEqual(config.definitions, []);
    assert.deepEqual(messages(config), [
      `agents[0].envFile: ${join(workspace.folder, "gone.env")}: There is no such file. Write it, or remove "envFile".`,
    ]);
  });

  it("of an env file with bad lines are told in that file, and the others count", () => {
    workspace.write("A=1\nnonsense here\nB=2\n", ".env");
    workspace.write({ version: 1, agents: [{ name: "a", command: "node", envFile: ".env" }] });
    const config = workspace.read();
    assert.deepEqual(config.definitions[0]?.env, { A: "1", B: "2" });
    assert.equal(config.problems[0]?.file, join(workspace.folder, ".env"));
    assert.deepEqual(told(config), ["warning 2:1-2:14 This line is left out: it is no KEY=value."]);
  });
});

describe("an env file", () => {
  const values = (text: string) => parseEnvFile(text).values;

  it("has KEY=value lines, comments, blank lines and exports", () => {
    assert.deepEqual(values("# first\n\nA=1\r\n  export B = two words  \nC=\nD=a#b\nE=a # comment\nF= # only\n"), {
      A: "1",
      B: "two words",
      C: "",
      D: "a#b",
      E: "a",
      F: "",
    });
  });

  it("takes values in single quotes as they stand, in double quotes with escapes, both over several lines", () => {
    const text = `A='a # \\n "b"' # comment\nB="x\\ny\\t\\"z\\" \\\\ \\d"\nC="-----BEGIN\nMIIE\n-----END"\nD=last`;
    assert.deepEqual(values(text), {
      A: 'a # \\n "b"',
      B: 'x\ny\t"z" \\ \\d',
      C: "-----BEGIN\nMIIE\n-----END",
      D: "last",
    });
  });

  it("tells which lines it could not use", () => {
    const { values, problems } = parseEnvFile(`B=2\n=3\n1X=4\nC="c" rest\nA="never closed\n`);
    assert.deepEqual(values, { B: "2", C: "c" });
    assert.deepEqual(
      problems.map(({ line, message }) => [line, message]),
      [
        [1, "This line is left out: it is no KEY=value."],
        [2, "This line is left out: it is no KEY=value."],
        [3, "What follows the closing quote is left out."],
        [4, 'This line is left out: the quote " has no end.'],
      ],
    );
  });
});
