/**
 * The shim for Windows, where there is neither a POSIX shell nor a FIFO: starts the agent given on its command line
 * (`nodeShim FOLDER COMMAND ARGS…`), passes on what comes over the input pipe, and writes pid and exit code into the
 * run's folder. Run in tests on Linux; on Windows by design only.
 */
import { spawn } from "node:child_process";
import { openSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { constants } from "node:os";
import { join } from "node:path";
import { inputAddress } from "./input.ts";
import { FILES } from "./runFolder.ts";

const [folder = "", command = "", ...args] = process.argv.slice(2);
delete process.env.ELECTRON_RUN_AS_NODE;

const output = openSync(join(folder, FILES.output), "a", 0o600);
const end = (code: number) => {
  writeFileSync(join(folder, FILES.exit), `${code}\n`);
  process.exit();
};
// The group's signals are the agent's: the shim stays to see how it ends.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

const agent = spawn(command, args, {
  stdio: ["pipe", output, output],
  windowsHide: true,
  shell: /\.(cmd|bat)$/i.test(command),
});
agent.on("error", (error) => {
  writeFileSync(output, `${error.message}\n`);
  end(127);
});
agent.on("spawn", () => writeFileSync(join(folder, FILES.pid), `${agent.pid} ${process.pid}\n`));
agent.on("exit", (code, signal) => end(code ?? 128 + (signal ? constants.signals[signal] : 0)));
agent.stdin?.on("error", () => {});
createServer((typist) => {
  typist.on("error", () => {});
  if (agent.stdin) typist.pipe(agent.stdin, { end: false });
}).listen(inputAddress(folder));
