// Bundles the programs of this repository into dist/. Flags: --production (minified, no source maps) and --watch, which
// builds the Node client only once.
import { existsSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { context } from "esbuild";
import { buildClient } from "./scripts/buildClient.ts";
import { suiteDeclarations, suiteModule, suiteModuleCommonJs } from "./scripts/suiteTypes.ts";

const production = process.argv.includes("--production");
const watch = process.argv.includes("--watch");

/** @type {import("esbuild").BuildOptions} */
const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : "linked",
  legalComments: "none",
  logLevel: "warning",
};

/** @type {import("esbuild").BuildOptions} */
const node = {
  ...common,
  platform: "node",
  format: "cjs",
  target: "node22.15",
  mainFields: ["module", "main"], // jsonc-parser's `main` is UMD, whose inner requires no bundler can follow
};

/** @type {import("esbuild").BuildOptions} */
const webview = {
  ...common,
  platform: "browser",
  format: "iife",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".ttf": "file" },
  assetNames: "[name]",
  define: { "process.env.NODE_ENV": '"production"' },
};

/**
 * A program that a shell can start.
 * @type {import("esbuild").BuildOptions}
 */
const executable = {
  ...node,
  banner: { js: "#!/usr/bin/env node" },
  plugins: [
    {
      name: "executable",
      setup: ({ initialOptions, onEnd }) =>
        onEnd(({ errors }) => (errors.length === 0 ? chmod(initialOptions.outfile, 0o755) : undefined)),
    },
  ],
};

/** @type {import("esbuild").BuildOptions[]} */
const bundles = [
  { ...node, entryPoints: ["src/extension.ts"], outfile: "dist/extension.js", external: ["vscode"] },
  { ...node, entryPoints: ["src/collector/main.ts"], outfile: "dist/collector.js" },
  { ...executable, entryPoints: ["src/cli/main.ts"], outfile: "dist/cli.js" },
  { ...node, entryPoints: ["src/collector/hardware.ts"], outfile: "dist/hardware.js" },
  { ...node, entryPoints: ["src/collector/heapWorker.ts"], outfile: "dist/heapWorker.js" },
  { ...node, entryPoints: ["src/collector/leakWorker.ts"], outfile: "dist/leakWorker.js" },
  { ...node, entryPoints: ["src/suites/load/thread.ts"], outfile: "dist/suiteWorker.js" },
  { ...node, entryPoints: ["src/supervise/nodeShim.ts"], outfile: "dist/nodeShim.js" },
  { ...webview, entryPoints: ["webview/dashboard/main.tsx"], outfile: "dist/webview/dashboard.js" },
  { ...webview, entryPoints: ["webview/heap/main.tsx"], outfile: "dist/webview/heap.js" },
];

const entry = (bundle) => bundle.entryPoints[0];
const missing = bundles.map(entry).filter((file) => !existsSync(file));
if (missing.length > 0) {
  console.error(`Nothing was built: ${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} missing.`);
  process.exit(1);
}

await mkdir("dist", { recursive: true });
// The repository is ESM; VS Code and Node load these bundles as CommonJS.
await writeFile("dist/package.json", '{ "type": "commonjs" }\n');
await buildClient("dist");
await buildCommand("dist/bin");
await buildSuiteTypes("dist/suite");
const contexts = await Promise.all(bundles.map((bundle) => context(bundle)));
if (watch) {
  await Promise.all(contexts.map((one) => one.watch()));
  console.log("Watching for changes. Ctrl+C ends.");
} else {
  const results = await Promise.allSettled(contexts.map((one) => one.rebuild()));
  await Promise.all(contexts.map((one) => one.dispose()));
  if (results.some((result) => result.status === "rejected")) process.exitCode = 1;
}

/** `agent-vitals/suite`, which suites in code import. */
async function buildSuiteTypes(folder) {
  await mkdir(folder, { recursive: true });
  const declarations = suiteDeclarations();
  await writeFile(`${folder}/index.mjs`, suiteModule);
  await writeFile(`${folder}/index.cjs`, suiteModuleCommonJs);
  await writeFile(`${folder}/index.d.mts`, declarations);
  await writeFile(`${folder}/index.d.cts`, declarations);
}

/** `agent-vitals` for shells whose PATH holds this folder: terminals in the editor do. */
async function buildCommand(folder) {
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/agent-vitals`, '#!/bin/sh\nexec node "$(dirname "$0")/../cli.js" "$@"\n', { mode: 0o755 });
  await writeFile(`${folder}/agent-vitals.cmd`, '@node "%~dp0..\\cli.js" %*\r\n');
}
