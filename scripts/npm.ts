import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Runs npm in `folder`, quietly; its output is in the error when it fails. */
export async function npm(args: string[], folder: string): Promise<void> {
  const all = [...args, "--no-audit", "--no-fund", "--no-update-notifier", "--prefix", folder];
  const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024 };
  // The npm that runs this script, else the one on PATH, which on Windows is a .cmd file that only a shell can start.
  const path = process.env.npm_execpath;
  try {
    if (path?.endsWith(".js")) await run(process.execPath, [path, ...all], options);
    else await run("npm", all, { ...options, shell: process.platform === "win32" });
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw new Error(`"npm ${args.join(" ")}" failed: ${stderr.trim() || message}`, { cause: error });
  }
}
