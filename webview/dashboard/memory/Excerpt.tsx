import type { ShownSuspect } from "../../../src/model/dashboard.ts";

type Lines = NonNullable<ShownSuspect["excerpt"]>;

/** Lines of a source, without the indentation that all have; the one that is meant is marked. */
export function Excerpt({ excerpt: { first, lines }, line }: { excerpt: Lines; line: number }) {
  const indents = lines.filter((text) => text.trim() !== "").map((text) => text.length - text.trimStart().length);
  const common = indents.length > 0 ? Math.min(...indents) : 0;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <pre class="excerpt" tabIndex={0}>
      {lines.map((text, i) => (
        // Lines of a file don't change their places.
        <code key={i} class={first + i === line ? "meant" : undefined}>
          <span class="quiet">{first + i}</span>
          {text.slice(common)}
          {"\n"}
        </code>
      ))}
    </pre>
  );
}
