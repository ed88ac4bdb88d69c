import assert from "node:assert/strict";
import { printable } from "../../../src/cli/output.ts";
import { table, tableLine } from "../../../src/cli/table.ts";

describe("tables of the CLI", () => {
  it("are as wide as what stands in them, figures to the right", () => {
    const rows = [
      ["talker", "1,204"],
      ["rag_search", "3"],
    ];
    assert.deepEqual(table([{ title: "Query type" }, { title: "Count", right: true }, { title: "" }], rows), [
      "Query type  Count",
      "talker      1,204",
      "rag_search      3",
    ]);
  });

  it("cut what is too long for its column, but not in the last", () => {
    const columns = [{ title: "Model" }, { title: "Outcome" }];
    assert.equal(
      tableLine(columns, [8, 4], ["llama3.2:3b-instruct", "error: TypeError"]),
      "llama3.…  error: TypeError",
    );
  });

  it("show no character that steers a terminal", () => {
    assert.equal(printable("model\x1b[2J\u202e\n\u009bm"), "model?[2J???m");
  });
});
