/** Programs that tests need and a fresh Debian lacks. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { withProgress } from "./progress.ts";

const run = promisify(execFile);

/** Only as root, and on Debian itself, whose packages are meant. */
export function canUseApt(): boolean {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false;
  return /^ID="?debian"?$/m.test(readFileSync("/etc/os-release", "utf8"));
}

export async function aptInstall(packages: readonly string[]): Promise<void> {
  await withProgress(`Installing Debian's ${packages.join(" and ")} (once)`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const patient = ["-o", "DPkg::Lock::Timeout=120", "-qq"];
    const options = { env, maxBuffer: 64 * 1024 * 1024 };
    await run("apt-get", [...patient, "update"], options);
    await run("apt-get", [...patient, "install", "-y", "--no-install-recommends", ...packages], options);
  });
}
