import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readSuite } from "../../../src/suites/format/readSuite.ts";

/** A folder for suites and their data, which goes with the test. */
export class SuiteFolder {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), "av-suite-")));

  write(name: string, content: string | Buffer): string {
    const file = join(this.path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  /** Reads a suite; problems as `error 3:5 message`, lines and columns from 1. */
  async read(name: string, content: string, env: Record<string, string> = { TOKEN: "secret" }) {
    const file = this.write(name, content);
    const surroundings = { workspaceFolder: this.path, env };
    const { suite, problems } = await readSuite({ file }, surroundings);
    const texts = problems.map(
      ({ severity, line, column, message }) => `${severity} ${line + 1}:${column + 1} ${message}`,
    );
    return { file, suite, problems: texts };
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A suite of one scenario against plain HTTP. */
export function suiteForm(url: string, scenario: object, more: object = {}) {
  return {
    version: 1,
    targets: { server: { kind: "http", url } },
    scenarios: { one: { target: "server", request: { path: "/" }, load: { kind: "users", users: 2 }, ...scenario } },
    ...more,
  };
}
