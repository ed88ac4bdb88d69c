import { linesOf } from "./lines.ts";

/** Rows of a JSON Lines file; empty lines are left out. @throws with the line that is wrong */
export async function* jsonlRows(file: string): AsyncGenerator<Record<string, unknown>> {
  for await (const [line, number] of linesOf(file)) {
    if (line.trim() === "") continue;
    yield rowOf(line, `${file}:${number}`);
  }
}

function rowOf(line: string, where: string): Record<string, unknown> {
  let row: unknown;
  try {
    row = JSON.parse(line.replace(/^\uFEFF/, ""));
  } catch (error) {
    // V8's message shows what stands there, which may be a prompt.
    const [at = ""] = /(?:at )?position \d+/.exec((error as Error).message) ?? [];
    throw new Error(`${where}: is no JSON${at ? ` (${at})` : ""}: each line holds one object.`);
  }
  if (typeof row !== "object" || row === null || Array.isArray(row))
    throw new Error(`${where}: is no object: write { "prompt": "…" }.`);
  return row as Record<string, unknown>;
}
