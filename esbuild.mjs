// Bundles the programs of this repository into dist/. Flags: --production (minified, no source maps) and --watch, which
// builds the Node client only once.
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { context } from "esbuild";
import { buildClient } from "./scripts/buildClient.ts";

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

/** @type {import("esbuild").BuildOptions[]} */
const bundles = [
  { ...node, entryPoints: ["src/extension.ts"], outfile: "dist/extension.js", external: ["vscode"] },
  { ...node, entryPoints: ["src/collector/main.ts"], outfile: "dist/collector.js" },
  { ...node, entryPoints: ["src/collector/hardware.ts"], outfile: "dist/hardware.js" },
  { ...node, entryPoints: ["src/supervise/nodeShim.ts"], outfile: "dist/nodeShim.js" },
  { ...webview, entryPoints: ["webview/dashboard/main.tsx"], outfile: "dist/webview/dashboard.js" },
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
const contexts = await Promise.all(bundles.map((bundle) => context(bundle)));
if (watch) {
  await Promise.all(contexts.map((one) => one.watch()));
  console.log("Watching for changes. Ctrl+C ends.");
} else {
  const results = await Promise.allSettled(contexts.map((one) => one.rebuild()));
  await Promise.all(contexts.map((one) => one.dispose()));
  if (results.some((result) => result.status === "rejected")) process.exitCode = 1;
}
