/** The agent's notes: the Markdown files in `documents/`. */
import { readdirSync, readFileSync } from "node:fs";

export interface Passage {
  id: string;
  /** The document's title. */
  title: string;
  /** The section's heading. */
  heading: string;
  text: string;
}

const folder = new URL("../documents/", import.meta.url);

/** Every document's Markdown. */
export function readDocuments(): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".md"));
  return names.sort().map((name) => readFileSync(new URL(name, folder), "utf8"));
}

/** Cuts a document into a passage for each paragraph of each section. */
export function passages(markdown: string): Passage[] {
  const title = /^# (.+)$/m.exec(markdown)?.[1] ?? "";
  return markdown
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const [heading = "", ...texts] = section.trim().split(/\n\s*\n/);
      return texts.map((text, number) => ({ id: `${title} / ${heading} / ${number + 1}`, title, heading, text }));
    });
}
