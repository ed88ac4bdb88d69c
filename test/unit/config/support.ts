import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { type Config, readConfig } from "../../../src/collector/config/readConfig.ts";

/** A workspace folder for one test. */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), "av-config-"));
  readonly name = basename(this.folder);
  readonly file = join(this.folder, ".vscode/agent-vitals.json");

  /** Writes a file in the folder; the config itself unless another is named. */
  write(content: string | Uint8Array | object, path = ".vscode/agent-vitals.json"): this {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    const isText = typeof content === "string" || content instanceof Uint8Array;
    writeFileSync(file, isText ? content : JSON.stringify(content));
    return this;
  }

  read(env: Record<string, string> = {}): Config {
    return readConfig([this.folder], env, { multiRoot: false });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** Problems as `error 3:14-3:20 message`, lines and columns from 1 as editors show them. */
export function told({ problems }: Config): string[] {
  return problems.map(
    ({ severity, line, column, endLine, endColumn, message }) =>
      `${severity} ${line + 1}:${column + 1}-${endLine + 1}:${endColumn + 1} ${message}`,
  );
}

/** Their messages alone. */
export function messages(config: Config): string[] {
  return config.problems.map(({ message }) => message);
}
