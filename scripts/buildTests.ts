import { rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

/** Compiles the integration tests for an extension host and returns the module that VS Code is to run. */
export async function buildTests(root: string): Promise<string> {
  const outdir = join(root, ".cache", "integration");
  await rm(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: ["test/integration/index.ts", "test/integration/**/*.test.ts"],
    outdir,
    outbase: "test/integration",
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22.15",
    mainFields: ["module", "main"],
    external: ["vscode", "mocha"],
    logLevel: "warning",
  });
  return join(outdir, "index.cjs");
}
