import assert from "node:assert/strict";
import { checkRows, openRows, rowsOf } from "../../../src/suites/data/rows.ts";
import type { DataForm } from "../../../src/suites/format/schema.ts";
import { SuiteFolder } from "./folder.ts";

const alone = { seed: 1, thread: 0, threads: 1 };

async function all(data: DataForm, folder: string) {
  const rows = [];
  for await (const row of rowsOf(data, folder)) rows.push(row);
  return rows;
}

describe("data of suites", () => {
  it("has rows of CSV by its header, with quotes, commas and line ends in cells", async () => {
    using folder = new SuiteFolder();
    folder.write("a.csv", '\uFEFFprompt,max\r\n"Hello, ""you""",3\r\n"two\nlines",4\r\n\r\n');
    assert.deepEqual(await all({ csv: "a.csv" }, folder.path), [
      { prompt: 'Hello, "you"', max: "3" },
      { prompt: "two\nlines", max: "4" },
    ]);
  });

  it("names a bad line of CSV", async () => {
    using folder = new SuiteFolder();
    folder.write("short.csv", "a,b\n1,2\n3\n");
    await assert.rejects(all({ csv: "short.csv" }, folder.path), /short\.csv:3: has 1 cells, and the header 2\./);
    folder.write("open.csv", `a,b\n1,"2\n${"3,4\n".repeat(1000)}`);
    await assert.rejects(
      all({ csv: "open.csv" }, folder.path),
      /open\.csv:2: a quoted cell that begins here has no end\./,
    );
  });

  it("names the bad line of 70,000, and shows nothing of what it holds", async () => {
    using folder = new SuiteFolder();
    const lines = Array.from({ length: 70_000 }, (_, i) => JSON.stringify({ prompt: `question ${i}` }));
    lines[69_998] = '{"prompt": secret}';
    folder.write("prompts.jsonl", lines.join("\n"));
    await assert.rejects(checkRows("p", { jsonl: "prompts.jsonl" }, folder.path, ["prompt"]), (error: Error) => {
      assert.match(error.message, /prompts\.jsonl:69999: is no JSON/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });

  it("misses a column before anything is run", async () => {
    const data: DataForm = { rows: [{ prompt: "a" }, { promt: "b" }] };
    await assert.rejects(
      checkRows("p", data, "/", ["prompt"]),
      /Row 2 of data "p" has no prompt: did you mean promt\?/,
    );
  });

  it("has a row for each recording, with the text beside it", async () => {
    using folder = new SuiteFolder();
    const wav = Buffer.concat([Buffer.from("RIFF\0\0\0\0WAVEfmt "), Buffer.alloc(20)]);
    folder.write("voices/b.wav", wav);
    folder.write("voices/a.wav", wav);
    folder.write("voices/a.txt", "Hello\n");
    const rows = await all({ wav: ["voices"] }, folder.path);
    assert.deepEqual(
      rows.map(({ name, text }) => [name, text]),
      [
        ["a", "Hello"],
        ["b", undefined],
      ],
    );
    folder.write("voices/c.wav", "no sound");
    await assert.rejects(all({ wav: ["voices/c.wav"] }, folder.path), /c\.wav: is no WAV file\./);
  });

  it("gives its rows in turn, shared out among threads, or at random by a seed", async () => {
    const data: DataForm = { rows: [{ n: 0 }, { n: 1 }, { n: 2 }] };
    const rows = await openRows(data, "/", alone);
    assert.deepEqual(
      [0, 1, 2, 3].map((number) => rows.row(number)),
      [{ n: 0 }, { n: 1 }, { n: 2 }, { n: 0 }],
    );
    const random = await openRows({ ...data, order: "random" }, "/", alone);
    const picked = Array.from({ length: 300 }, (_, i) => (random.row(i) as { n: number }).n);
    for (const n of [0, 1, 2]) assert.ok(picked.filter((one) => one === n).length > 60);
  });

  it("of a large file is read as it is needed, by each thread its own rows, and begins again at its end", async () => {
    using folder = new SuiteFolder();
    const text = "x".repeat(1000);
    folder.write("large.jsonl", Array.from({ length: 34_000 }, (_, n) => JSON.stringify({ n, text })).join("\n"));
    const second = await openRows({ jsonl: "large.jsonl" }, folder.path, { seed: 1, thread: 1, threads: 3 });
    const seen = [];
    for (const number of [1, 4, 7]) seen.push(((await second.row(number)) as { n: number }).n);
    assert.deepEqual(seen, [1, 4, 7]);
    for (let i = 0; i < 11_331; i++) await second.row(0);
    assert.equal(((await second.row(0)) as { n: number }).n, (1 + 3 * 11_334) % 34_000);
    await second.close();
  });
});
