import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { explainAllocations } from "../../../src/judges/leaks/explain/explainAllocations.ts";
import { Sources } from "../../../src/judges/leaks/explain/sources.ts";

describe("the sources of a program that runs", () => {
  let folder: string;
  let file: string;
  const now = () => Date.now() / 1000;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "av-sources-"));
    file = join(folder, "agent.mjs");
    writeFileSync(file, "export const notes = [];\n");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("are told as they are when nothing was changed since it was started", () => {
    const sources = new Sources(now() + 60);
    assert.equal(sources.find({ file, line: 0, column: 13 })?.text.lines[0], "export const notes = [];");
    assert.deepEqual([...sources.changed], []);
  });

  it("are not told of a file that was written since, whatever time it claims", () => {
    const earlier = now() - 3600;
    for (const time of [now(), earlier]) {
      utimesSync(file, time, time);
      const sources = new Sources(now() - 60);
      assert.equal(sources.find({ file, line: 0, column: 0 }), undefined);
      assert.deepEqual([...sources.changed], [file]);
    }
  });

  it("are none where a pipe, a device or a folder is named as one, also by a source map", function () {
    if (process.platform === "win32") this.skip();
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    for (const special of [pipe, "/dev/zero", "/dev/tty", folder, join(folder, "missing.mjs")]) {
      const place = { line: 0, column: 0 };
      assert.equal(new Sources(now() + 60).find({ file: special, ...place }), undefined, special);
      assert.equal(new Sources(now() + 60).find({ file: `${pathToFileURL(special)}`, ...place }), undefined, special);
      writeFileSync(file, `run();\n//# sourceMappingURL=${special}\n`);
      assert.equal(new Sources(now() + 60).find({ file, ...place })?.text.file, file, special);
      const map = { version: 3, names: [], mappings: "AAAA", sources: [special] };
      const inline = Buffer.from(JSON.stringify(map)).toString("base64");
      writeFileSync(file, `run();\n//# sourceMappingURL=data:application/json;base64,${inline}\n`);
      assert.equal(new Sources(now() + 60).find({ file, ...place }), undefined, special);
      assert.deepEqual(new Sources(now() + 60).textsOf(file), [], special);
    }
  });

  async function bundle(): Promise<{ source: string; outfile: string }> {
    const source = join(folder, "agent.ts");
    const outfile = join(folder, "bundle.mjs");
    await build({ entryPoints: [source], outfile, bundle: true, sourcemap: true, format: "esm" });
    return { source, outfile };
  }

  /** Where something stands in the bundle. */
  function placeOf(outfile: string, what: string) {
    const lines = readFileSync(outfile, "utf8").split("\n");
    const line = lines.findIndex((code) => code.includes(what));
    return { file: outfile, line, column: lines[line]?.indexOf(what) ?? 0 };
  }

  const TYPED = "interface Note {\n  text: string;\n}\nexport const notes: Note[] = [];\nnotes.push({ text: '' });\n";

  it("are not told of a file that was edited after it was built, though before the start", async () => {
    writeFileSync(join(folder, "agent.ts"), TYPED);
    const { source, outfile } = await bundle();
    const place = placeOf(outfile, "notes.push");
    assert.equal(new Sources(now() + 60).find(place)?.line, 4);
    writeFileSync(source, `// One line more.\n${TYPED}`);
    const sources = new Sources(now() + 60);
    assert.equal(sources.find(place), undefined);
    assert.deepEqual(sources.textsOf(outfile), []);
    assert.equal(
      sources.note,
      `${source} is not what the program that runs was built from, so no line of it is named until it is built anew and the agent restarted.`,
    );
  });

  it("are told of one that differs from what was built by its line ends alone", async () => {
    writeFileSync(join(folder, "agent.ts"), TYPED);
    const { source, outfile } = await bundle();
    writeFileSync(source, `\uFEFF${TYPED.replaceAll("\n", "\r\n")}`);
    assert.equal(new Sources(now() + 60).find(placeOf(outfile, "notes.push"))?.line, 4);
  });

  it("say of each suspect's own file alone that it was changed", () => {
    const other = join(folder, "other.mjs");
    writeFileSync(other, "export const others = [];\n");
    const since = Date.now() / 1000 + 60;
    utimesSync(other, since + 60, since + 60);
    const allocates = (url: string, at: number) => ({
      callFrame: { functionName: `keep${at}`, url, lineNumber: 0, columnNumber: 0 },
      selfSize: 1024 * 1024 - at,
      children: [],
    });
    const callFrame = { functionName: "(root)", url: "", lineNumber: -1, columnNumber: -1 };
    const children = [allocates(file, 1), allocates(other, 2), allocates(join(folder, "gone.mjs"), 3)];
    const head = { callFrame, selfSize: 0, children };
    assert.deepEqual(
      explainAllocations({ head }, since).map((one) => [one.class, one.location?.file, one.locationNote]),
      [
        ["keep1()", file, undefined],
        [
          "keep2()",
          undefined,
          `${other} was changed after the agent was started, so no line of it is named until the agent is restarted.`,
        ],
        ["keep3()", undefined, undefined],
      ],
    );
  });
});
