import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { table } from "../../../src/cli/table.ts";
import { printable } from "../../../src/model/printable.ts";
import type { SuiteResult } from "../../../src/model/suites.ts";
import { parseResult } from "../../../src/suites/baselines/readResult.ts";
import { judgeMachine } from "../../../src/suites/environment/judgeMachine.ts";
import { judgeObjective } from "../../../src/suites/objectives/judge.ts";
import { parseObjective } from "../../../src/suites/objectives/objective.ts";
import { github } from "../../../src/suites/reporters/github.ts";
import { html } from "../../../src/suites/reporters/html/html.ts";
import { json } from "../../../src/suites/reporters/json.ts";
import { junit } from "../../../src/suites/reporters/junit.ts";
import { markdown } from "../../../src/suites/reporters/markdown.ts";
import { pretty } from "../../../src/suites/reporters/pretty.ts";
import { compareResults } from "../../../src/suites/verdicts/compare.ts";
import { type SyntheticOptions, syntheticResult } from "../../fixtures/suites/synthetic.ts";

const calm = { responses: 400, between: 0.015, repeats: 12 };
const EVIL = `<script>"x'&]]>\u0001\u0007\u009b\u202e\u2066\ud800|*_@everyone https://evil.example/ www.evil.example GH-1 $x$\n::error::x`;

/** As a run leaves it: with objectives, the machine, and a comparison. */
function finished(scenarios: Record<string, SyntheticOptions>, baseline?: SuiteResult, name = "main"): SuiteResult {
  const result = syntheticResult(scenarios);
  const objectives = Object.entries(result.scenarios).flatMap(([scenario, one]) =>
    ["p95 < 2s", "p50 < 100ms", "voice success >= 99%"].map((text) =>
      judgeObjective(parseObjective(text), one, scenario),
    ),
  );
  const machine = judgeMachine(result.scenarios, { steal: 0.05, otherLoad: 0.03, throttled: false });
  return {
    ...result,
    objectives,
    machine,
    ...(baseline && { comparison: compareResults(baseline, result, { name }) }),
  };
}

describe("reports of suites", function () {
  this.timeout(60_000);
  const baseline = syntheticResult({ talker: { seed: 1, ...calm }, rag_search: { seed: 2, ...calm } });
  const result = finished({ talker: { seed: 3, factor: 1.2, ...calm }, rag_search: { seed: 4, ...calm } }, baseline);
  const evil = finished(
    { [EVIL]: { seed: 3, factor: 1.2, ...calm } },
    syntheticResult({ [EVIL]: { seed: 1, ...calm } }),
    EVIL,
  );
  Object.assign(evil, { suite: EVIL, file: EVIL, status: "partial", reason: EVIL, kept: [EVIL] });
  const terminal = {
    styled: (style: string, text: string) => (style === "red" ? `{red}${text}` : text),
    printable: (text: string) => text.replace(/\p{Cc}/gu, "?"),
    table,
  };

  it("tell a terminal the verdict first, then what it rests on", () => {
    const lines = pretty({ result }, terminal).split("\n");
    assert.match(
      lines[0] ?? "",
      /^default: \{red\}Talker is slower: median .* Objectives: 2 missed, 2 met, 2 not proven\.$/,
    );
    const text = lines.join("\n");
    assert.match(text, /^\{red\}talker +median +\d+ ms +\d+ ms +\+\d+ % +\[\d+, \d+\] +< 0\.001 +slower$/m);
    assert.match(text, /^p95 < 2s +talker +[\d.]+ s +met$/m);
    assert.match(text, /^! The host took 5\.0 % of the CPU for other guests\.$/m);
    assert.match(text, /Mann–Whitney U over repeats, corrected for the number of measures \(Holm\)/);
    assert.ok(!pretty({ result: evil }, terminal).includes("\u0007"));
  });

  it("are JSON that reads back as the same result", () => {
    const text = json({ result });
    const back = parseResult(text, "x");
    assert.equal(json({ result: back }), text);
    assert.deepEqual(Object.keys(back), Object.keys(result));
    assert.equal(back.comparison?.verdict, "slower");
  });

  it("are JUnit's XML as the XSD of Jenkins' xunit plugin (junit-10) has it", () => {
    // Elements with their children and attributes; those with ! are required.
    const schema: Record<string, { children: string[]; attributes: string[] }> = {
      testsuites: { children: ["testsuite"], attributes: ["name", "time", "tests", "failures", "errors"] },
      testsuite: {
        children: ["testcase", "properties", "system-out", "system-err"],
        attributes: [
          "name!",
          "tests!",
          "failures!",
          "errors!",
          "time",
          "skipped",
          "timestamp",
          "hostname",
          "id",
          "package",
        ],
      },
      testcase: {
        children: ["skipped", "error", "failure", "system-out", "system-err"],
        attributes: ["name!", "time", "classname", "group"],
      },
      failure: { children: [], attributes: ["type", "message"] },
      error: { children: [], attributes: ["type", "message"] },
      skipped: { children: [], attributes: ["type", "message"] },
    };
    for (const one of [result, evil]) {
      const root = parseXml(junit({ result: one }));
      assert.equal(root.tag, "testsuites");
      const check = ({ tag, attributes, children }: Element): void => {
        const rule = schema[tag];
        assert.ok(rule, tag);
        const known = rule.attributes.map((name) => name.replace("!", ""));
        for (const name of Object.keys(attributes)) assert.ok(known.includes(name), `${tag} ${name}`);
        for (const name of rule.attributes.filter((text) => text.endsWith("!")))
          assert.ok(name.slice(0, -1) in attributes, `${tag} lacks ${name}`);
        for (const child of children) assert.ok(rule.children.includes(child.tag), `${tag} › ${child.tag}`);
        children.forEach(check);
      };
      check(root);
      const [suite] = root.children;
      const cases = suite?.children ?? [];
      assert.equal(Number(suite?.attributes.tests), cases.length);
      const failures = cases.filter(({ children }) => children[0]?.tag === "failure").length;
      assert.equal(Number(suite?.attributes.failures), failures);
      assert.match(suite?.attributes.time ?? "", /^\d+\.\d{3}$/);
    }
    const [suite] = parseXml(junit({ result })).children;
    const names = suite?.children.map(({ attributes }) => `${attributes.classname} ${attributes.name}`) ?? [];
    assert.ok(names.includes("default.talker p95 < 2s") && names.includes("default.talker median against main"));
    assert.equal(parseXml(junit({ result: evil })).children[0]?.children[0]?.children[0]?.tag, "error");
  });

  it("are a comment for a pull request in which names stay names", () => {
    const text = markdown({ result });
    assert.match(text, /^### 🔴 default\n\nTalker is slower/);
    assert.match(text, /^\| talker \| median \| .* \| 🔴 slower \|$/m);
    const lines = markdown({ result: evil }).split("\n");
    const rows = lines.filter((line) => line.startsWith("| ") && line.includes("median"));
    for (const row of rows) assert.equal(row.match(/(?<!\\)\|/g)?.length, 9, row);
    assert.doesNotMatch(lines.join("\n"), /<script|(?<!\\)\*_|@everyone|:\/\/|www\.|GH-1|(?<!\\)\$/);
  });

  it("are commands for GitHub Actions, a line each", () => {
    const lines = github({ result }).trim().split("\n");
    assert.ok(
      lines.every((line) => /^::(error|warning|notice) file=default\.perf\.json,title=[^:]+::./.test(line)),
      lines.join("\n"),
    );
    assert.ok(
      lines.some((line) => line.startsWith("::error") && line.includes("talker, median") && line.includes("%25")),
    );
    for (const line of github({ result: evil }).trim().split("\n"))
      assert.match(line, /^::(error|warning|notice) file=/);
  });

  it("say plainly that an agent fails more often", () => {
    const failing = finished({ talker: { seed: 3, errors: 0.3, ...calm } }, baseline);
    assert.match(
      pretty({ result: failing }, terminal),
      /^default: \{red\}Talker fails more often: errors 0 % → [23]\d %/,
    );
    assert.match(pretty({ result: failing }, terminal), /^\{red\}talker +errors +0 % +[23]\d % +\+[23]\d points +\[/m);
    assert.match(
      github({ result: failing }),
      /^::error .*title=default%3A fails more often::talker, errors: 0 %25 → [23]\d %25, \+[23]\d points \[/m,
    );
    assert.match(
      junit({ result: failing }),
      /name="errors against main" .*>\n +<failure type="slower" message="fails more/,
    );
    assert.match(markdown({ result: failing }), /^### 🔴 default\n\nTalker fails more often/);
    assert.match(markdown({ result: failing }), /^\| talker \| errors \| .* \| 🔴 slower \|$/m);
    assert.match(html({ result: failing, baseline }), /<h1>.*Talker fails more often: \+[23]\d points <span/);
  });

  it("show what can't be seen or turns text around as a question mark, whatever they are written in", () => {
    for (const report of [
      markdown({ result: evil }),
      github({ result: evil }),
      junit({ result: evil }),
      html({ result: evil, baseline: evil }),
      pretty({ result: evil }, { ...terminal, printable }),
    ])
      assert.doesNotMatch(report.replaceAll("\u200b", ""), /(?!\n)[\p{Cc}\p{Cf}]/u, report.slice(0, 300));
  });

  it("are one HTML file that needs nothing else and runs nothing", () => {
    const page = html({ result, baseline });
    assert.match(page, /^<!DOCTYPE html>/);
    assert.match(page, /<h1>.*Talker is slower: \+[12]\d % <span class="interval">\[\d+, \d+\]<\/span><\/h1>/);
    assert.equal(page.match(/<svg[^>]*class="chart"/g)?.length, 1 + (result.comparison?.changes.length ?? 0) + 2 * 3);
    assert.doesNotMatch(page, /<script|<link|<img|src=|href=|url\(|@import|https?:/);
    assert.doesNotMatch(page, /NaN|undefined|Infinity/);
    const other = html({ result: evil, baseline: evil });
    assert.doesNotMatch(other, /<script|NaN|undefined/);
    // Of each element that is begun and not empty there is an end.
    const xhtml = (text: string) => text.replace("<!DOCTYPE html>", "").replace(/<(meta)([^>]*)>/g, "<$1$2/>");
    for (const text of [
      page,
      other,
      html({ result: syntheticResult({}) }),
      html({ result: { ...result, comparison: undefined as never } }),
    ])
      parseXml(xhtml(text));
  });
});

interface Element {
  tag: string;
  attributes: Record<string, string>;
  children: Element[];
}

/** By Python's expat, which takes nothing that is not well-formed. */
function parseXml(text: string): Element {
  const program = `
import json, sys, xml.etree.ElementTree as tree
def of(one): return {"tag": one.tag, "attributes": dict(one.attrib), "children": [of(child) for child in one]}
print(json.dumps(of(tree.fromstring(sys.stdin.buffer.read()))))`;
  return JSON.parse(
    execFileSync("python3", ["-c", program], { input: text, encoding: "utf8", maxBuffer: 2 ** 26 }),
  ) as Element;
}
