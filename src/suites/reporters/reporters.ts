import { github } from "./github.ts";
import { html } from "./html/html.ts";
import { json } from "./json.ts";
import { junit } from "./junit.ts";
import { markdown } from "./markdown.ts";
import { pretty, type Terminal } from "./pretty.ts";
import type { SuiteReport } from "./report.ts";

/** How results are told, and the file that each goes to where a folder is given. */
export const reporters = {
  pretty: { file: "report.txt", render: pretty },
  json: { file: "result.json", render: json },
  junit: { file: "junit.xml", render: junit },
  markdown: { file: "report.md", render: markdown },
  html: { file: "report.html", render: html },
  github: { file: "github.txt", render: github },
} as const satisfies Record<string, { file: string; render: (report: SuiteReport, terminal: Terminal) => string }>;

export type ReporterName = keyof typeof reporters;
export const reporterNames = Object.keys(reporters) as ReporterName[];
