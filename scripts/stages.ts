import { existsSync } from "node:fs";
import { join } from "node:path";

export interface Stage {
  /** What the command line calls it. */
  name: string;
  /** What the summary calls it. */
  title: string;
  /** Run one after the other until one fails. */
  commands: string[][];
  /** A test stage's last command takes `--grep` and writes its counts to a file; any other stage counts as one. */
  runsTests: boolean;
  /** The stage that must pass first. */
  needs?: string;
}

/** The stages of `npm test` in order; `countsFile` is where a test stage writes its counts. */
export function stages(root: string, countsFile: string, grep: string | undefined): Stage[] {
  const node = (script: string, ...args: string[]) => [process.execPath, join(root, script), ...args];
  const tool = (script: string, ...args: string[]) => node(join("node_modules", script), ...args);
  const filter = grep === undefined ? [] : ["--grep", grep];
  const mocha = (files: string, timeout: string) => {
    const report = ["--reporter", join(root, "scripts", "countingReporter.ts"), "--reporter-option"];
    const strict = ["--forbid-only", "--forbid-pending", "--timeout", timeout];
    return tool("mocha/bin/mocha.js", files, ...report, `output=${countsFile}`, ...strict, ...filter);
  };
  const typeScript = tool("typescript/bin/tsc", "--project");
  const projects = [".", "webview"].filter((folder) => existsSync(join(root, folder, "tsconfig.json")));
  const integration = node("scripts/runIntegration.ts", "--output", countsFile, ...filter);
  const check = (name: string, title: string, ...commands: string[][]) => ({ name, title, commands, runsTests: false });
  const tests = (name: string, title: string, ...commands: string[][]) => ({ name, title, commands, runsTests: true });
  return [
    ...(existsSync(join(root, "scripts", "generate.ts"))
      ? [check("generated", "generated files are current", node("scripts/generate.ts", "--check"))]
      : []),
    check("lint", "format and lint", tool("@biomejs/biome/bin/biome", "check", "--error-on-warnings")),
    check("unused", "no unused code", tool("knip/bin/knip.js")),
    check("types", "types", ...projects.map((folder) => [...typeScript, folder])),
    tests("unit", "unit", mocha("test/unit/**/*.test.ts", "30000")),
    check("build", "build", node("esbuild.mjs")),
    { ...tests("integration", "inside VS Code", integration), needs: "build" },
    {
      ...tests("ui", "in the browser", node("scripts/package.ts"), mocha("test/ui/**/*.test.ts", "180000")),
      needs: "build",
    },
  ];
}
