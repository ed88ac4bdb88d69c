import { formatBytes, formatCount } from "../../src/model/format.ts";
import type { HeapEdge, HeapNodeRow, HeapPlace } from "../../src/model/heap.ts";
import { Icon } from "../shared/Icon.tsx";
import type { HeapRow } from "./heapRow.ts";

export type Reveal = (place: HeapPlace) => void;

/** The first cell of every table: what a row is about. Its texts come from the program and are shown as text alone. */
export function Name({ row, reveal }: { row: HeapRow; reveal: Reveal }) {
  switch (row.kind) {
    case "class":
    case "difference":
      return (
        <>
          <Icon name={row.of.kind === "system" ? "symbol-misc" : "symbol-class"} /> <code>{row.of.name}</code>{" "}
          <Place place={row.of.place} reveal={reveal} isQuiet />
        </>
      );
    case "object":
    case "changed":
    case "dominated":
      return <ObjectName of={row.of} />;
    case "found":
      return (
        <>
          <ObjectName of={row.of} />
          {row.of.match === "field" && <span class="quiet"> has a field {row.of.field}</span>}
        </>
      );
    case "field":
      return (
        <>
          <EdgeName edge={row.edge} />
          <span class="quiet">: </span>
          <ObjectName of={row.of} />
        </>
      );
    case "cluster":
      return <code>{row.of.words}</code>;
    case "siteDifference":
      return (
        <>
          <code class="edge">{row.of.className}</code> <code class="quiet">{row.of.words}</code>
        </>
      );
    case "string":
      return <code>{JSON.stringify(row.of.text)}</code>;
    case "holder":
    case "step":
      return (
        <>
          <EdgeName edge={row.of.edge} />
          <span class="quiet">
            {" in "}
            {row.of.words ? <code>{row.of.words}</code> : <code>{row.of.holder.name}</code>} @{row.of.holder.id}
          </span>{" "}
          <Place place={row.of.place} reveal={reveal} />
          {row.kind === "holder" && !row.of.holds && <span class="quiet"> does not keep it alive</span>}
        </>
      );
    case "root":
      return (
        <span class="quiet">
          <Icon name="lock" /> root: {row.words}
          {row.folded > 0 && `, ${row.folded} internal ${row.folded === 1 ? "reference" : "references"} folded`}
        </span>
      );
    case "allocation":
    case "function":
      return (
        <>
          <code>{row.of.function}</code> <Place place={row.of.place} reveal={reveal} isQuiet />
        </>
      );
  }
}

function ObjectName({ of }: { of: HeapNodeRow }) {
  const isText = of.type === "string" || of.type === "concatenated string" || of.type === "sliced string";
  return (
    <>
      <code>{isText ? JSON.stringify(of.name) : of.name || `(${of.type})`}</code>
      <span class="quiet"> @{of.id}</span>
      {of.preview && <code class="quiet"> {of.preview}</code>}
      {of.detached && <span class="quiet"> detached</span>}
    </>
  );
}

function EdgeName({ edge }: { edge: HeapEdge }) {
  const isOwn = edge.kind === "internal" || edge.kind === "weak";
  return (
    <>
      <code class={isOwn ? "quiet" : "edge"}>{edge.name}</code>
      {edge.kind === "weak" && <span class="quiet"> weakly</span>}
    </>
  );
}

/** Where something stands in the source; opens it. */
export function Place({
  place,
  reveal,
  isQuiet = false,
  whole = false,
}: {
  place: HeapPlace | undefined;
  reveal: Reveal;
  isQuiet?: boolean;
  whole?: boolean;
}) {
  if (!place?.file) return null;
  const file = whole ? place.file : place.file.replace(/^.*[/\\]/, "");
  return (
    <button
      type="button"
      class={`link place${isQuiet ? " quiet" : ""}`}
      tabIndex={-1}
      title={`${place.file}:${place.line + 1}:${place.column + 1}`}
      onClick={(event) => {
        event.stopPropagation();
        reveal(place);
      }}
    >
      {file}:{place.line + 1}
    </button>
  );
}

interface BarredProps {
  text: string;
  /** Of 1; a row without a bar keeps its room. */
  share: number | undefined;
  isGrowth?: boolean;
}

/** A figure with a bar of its share beside it. */
export function Barred({ text, share = Number.NaN, isGrowth = false }: BarredProps) {
  const width = Math.max(0, Math.min(1, share));
  return (
    <span class="barred">
      {text}
      <span class={`mini-bar${isGrowth ? " growth" : ""}${Number.isNaN(share) ? " none" : ""}`} aria-hidden="true">
        {width > 0 && <span style={{ width: `${width * 100}%` }} />}
      </span>
    </span>
  );
}

/** A change with its sign: `+8.92 MiB`, `−512 B`, `0 B`. */
export const signedBytes = (bytes: number) => `${sign(bytes)}${formatBytes(Math.abs(bytes))}`;
export const signedCount = (count: number) => `${sign(count)}${formatCount(Math.abs(count))}`;
const sign = (value: number) => (value > 0 ? "+" : value < 0 ? "−" : "");

export const bytes = (value: number | undefined) => (value === undefined ? "" : formatBytes(value));
export const count = (value: number | undefined) => (value === undefined ? "" : formatCount(Math.round(value)));
