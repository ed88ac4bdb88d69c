// Writes every file that is made from a typed source. With --check it writes nothing and fails when one is stale.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ConfigFile } from "../src/model/configSchema.ts";
import { clientFiles } from "./buildClient.ts";
import { manifest } from "./manifest.ts";
import { protocolPage } from "./protocolPage.ts";
import { protocolSchema } from "./protocolSchema.ts";
import { suiteSchema } from "./suiteSchema.ts";

interface Generated {
  /** Path in the repository. */
  path: string;
  content: () => Promise<string> | string;
}

const ROOT = dirname(import.meta.dirname);
const client = async (file: string) => (await clientFiles())[file] ?? "";

const configSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Agent Vitals: agents of a workspace folder",
  allowComments: true,
  allowTrailingCommas: true,
  ...ConfigFile,
};

const contributedSuiteSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Agent Vitals: a performance suite",
  allowComments: true,
  allowTrailingCommas: true,
  ...suiteSchema(),
};

const generated: Generated[] = [
  { path: "package.json", content: manifest },
  { path: "media/agent-vitals.schema.json", content: () => `${JSON.stringify(configSchema, undefined, 2)}\n` },
  {
    path: "media/agent-vitals-suite.schema.json",
    content: () => `${JSON.stringify(contributedSuiteSchema, undefined, 2)}\n`,
  },
  { path: "docs/PROTOCOL.md", content: protocolPage },
  { path: "docs/protocol.schema.json", content: protocolSchema },
  { path: "examples/agent/agent-vitals.mjs", content: () => client("client/agent-vitals.mjs") },
  { path: "examples/agent/agent-vitals.d.mts", content: () => client("client/agent-vitals.d.mts") },
];

const check = process.argv.includes("--check");
const stale: string[] = [];
for (const { path, content } of generated) {
  const file = join(ROOT, path);
  const wanted = await content();
  const present = await readFile(file, "utf8").catch(() => undefined);
  if (present === wanted) continue;
  stale.push(path);
  if (check) continue;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, wanted);
}

if (check && stale.length > 0) {
  console.error(`Not current: ${stale.join(", ")}. Run: npm run generate`);
  process.exitCode = 1;
} else {
  console.log(
    check ? "All generated files are current." : `Written: ${stale.join(", ") || "nothing, all were current"}.`,
  );
}
