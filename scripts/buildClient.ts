// Bundles the Node client: small for the package, readable for the copy that goes into an agent's own project.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type BuildOptions, build } from "esbuild";

const ROOT = dirname(import.meta.dirname);

const header = (version: string) => `/*
 * Agent Vitals ${version}: the client for agents on Node.js 18 or newer. MIT licence. One file, no dependencies.
 * Tells the Agent Vitals collector of this workspace how long the agent's responses take; without one it does nothing.
 * Made by "Agent Vitals: Add Client to This Project", which also brings it up to date: changes here would be lost.
 */
`;

/** The client's files by their path in `dist`. */
export async function clientFiles(): Promise<Record<string, string>> {
  const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
  const declarations = await readFile(join(ROOT, "src/sdk/api.ts"), "utf8");
  const [esm, cjs, readable] = await Promise.all([
    bundle(version, { format: "esm", minify: true, lineLimit: 160 }),
    bundle(version, { format: "cjs", minify: true, lineLimit: 160 }),
    bundle(version, { format: "esm" }),
  ]);
  return {
    "sdk/index.mjs": esm,
    "sdk/index.cjs": cjs,
    "sdk/index.d.mts": declarations,
    "sdk/index.d.cts": declarations,
    "client/agent-vitals.mjs": header(version) + readable,
    "client/agent-vitals.d.mts": declarations,
  };
}

/** Writes {@link clientFiles} below a folder. */
export async function buildClient(folder: string): Promise<void> {
  for (const [name, content] of Object.entries(await clientFiles())) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}

async function bundle(version: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, "src/sdk/index.ts")],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    platform: "node",
    target: "node18",
    legalComments: "none",
    define: { AGENT_VITALS_VERSION: JSON.stringify(version) },
    ...options,
  });
  const [file] = outputFiles ?? [];
  if (!file) throw new Error("esbuild made no client");
  return file.text;
}
