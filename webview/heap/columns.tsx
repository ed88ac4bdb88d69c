import { Barred, bytes, count, Name, type Reveal, signedBytes, signedCount } from "./cells.tsx";
import type { HeapRow } from "./heapRow.ts";
import type { Column } from "./tree/TreeTable.tsx";

type Columns = Column<HeapRow>[];

const SIZE = { least: 92, share: 0.5 };
const BARRED = { least: 148, share: 0.7 };
const COUNT = { least: 84, share: 0.4 };
const NAME = { least: 240, share: 3 };

const name = (title: string, reveal: Reveal): Column<HeapRow> => ({
  id: "name",
  title,
  width: NAME,
  cell: (row) => <Name row={row} reveal={reveal} />,
});

const OWN = "Memory of the objects themselves";
const RETAINED = "Memory that would be free if they were gone, themselves included";
const DISTANCE = "References between it and the root, the fewest there are";

const selfSize = (title = "Own size"): Column<HeapRow> => ({
  id: "selfSize",
  title,
  hint: OWN,
  width: SIZE,
  align: "right",
  cell: (row) => ("of" in row && "selfSize" in row.of ? bytes(row.of.selfSize) : holderSize(row, "selfSize")),
});

const holderSize = (row: HeapRow, size: "selfSize" | "retainedSize") =>
  row.kind === "holder" || row.kind === "step" ? bytes(row.of.holder[size]) : "";

/** @param total bytes of the whole heap, of which the bars are shares */
const retained = (total: number, title = "Retained"): Column<HeapRow> => ({
  id: "retainedSize",
  title,
  hint: RETAINED,
  width: BARRED,
  align: "right",
  cell: (row) =>
    "of" in row && "retainedSize" in row.of ? (
      <Barred text={bytes(row.of.retainedSize)} share={isSum(row) ? row.of.retainedSize / total : undefined} />
    ) : (
      holderSize(row, "retainedSize")
    ),
});

/** Bars are for what is compared with its like: objects of one class are mostly of one size. */
const isSum = ({ kind }: HeapRow) => kind !== "object" && kind !== "field" && kind !== "changed" && kind !== "found";

const distance: Column<HeapRow> = {
  id: "distance",
  title: "Distance",
  hint: DISTANCE,
  width: COUNT,
  align: "right",
  cell: (row) => {
    if (row.kind === "holder" || row.kind === "step") return count(row.of.holder.distance);
    return "of" in row && "distance" in row.of && isReached(row.of.distance) ? count(row.of.distance) : "";
  },
};

/** DevTools counts what only V8 itself holds from a hundred million on. */
const isReached = (value: number | undefined) => value !== undefined && value >= 0 && value < 100_000_000;

export const summaryColumns = (total: number, reveal: Reveal): Columns => [
  name("Class", reveal),
  distance,
  {
    id: "count",
    title: "Objects",
    width: COUNT,
    align: "right",
    cell: (row) => (row.kind === "class" ? count(row.of.count) : ""),
  },
  selfSize(),
  retained(total),
];

export const objectColumns = (total: number, reveal: Reveal, title = "Object"): Columns => [
  name(title, reveal),
  distance,
  selfSize(),
  retained(total),
];

export const dominatorColumns = (total: number, reveal: Reveal): Columns => [
  name("Object", reveal),
  {
    id: "dominates",
    title: "Keeps alive",
    hint: "Objects that it alone leads to, directly",
    width: COUNT,
    align: "right",
    cell: (row) => (row.kind === "dominated" ? count(row.of.dominates) : ""),
  },
  distance,
  selfSize(),
  retained(total),
];

export const stringColumns = (reveal: Reveal): Columns => [
  { ...name("Text", reveal), id: "text" },
  {
    id: "copies",
    title: "Copies",
    width: COUNT,
    align: "right",
    cell: (row) => (row.kind === "string" ? count(row.of.copies) : ""),
  },
  selfSize("Size of all"),
  {
    id: "wasted",
    title: "More than one copy",
    hint: "What one copy instead of all would save",
    width: { least: 130, share: 0.6 },
    align: "right",
    cell: (row) => (row.kind === "string" ? bytes(row.of.wasted) : ""),
  },
];

/** @param most the largest growth there is, of which the bars are shares */
export const differenceColumns = (total: number, most: number, reveal: Reveal): Columns => {
  const change = (row: HeapRow) => (row.kind === "difference" || row.kind === "siteDifference" ? row.of : undefined);
  return [
    name("Class", reveal),
    {
      id: "created",
      title: "New",
      width: COUNT,
      align: "right",
      cell: (row) => {
        if (row.kind === "changed") return row.of.state === "new" ? "new" : "";
        const created = change(row)?.created;
        return created === undefined ? "" : signedCount(created);
      },
    },
    {
      id: "deleted",
      title: "Deleted",
      width: COUNT,
      align: "right",
      cell: (row) => {
        if (row.kind === "changed") return row.of.state === "deleted" ? "deleted" : "";
        const deleted = change(row)?.deleted;
        return deleted === undefined ? "" : signedCount(-deleted);
      },
    },
    {
      id: "change",
      title: "Change",
      width: COUNT,
      align: "right",
      cell: (row) => {
        if (row.kind === "changed") return row.of.state === "grown" || row.of.state === "shrunk" ? row.of.state : "";
        const of = change(row);
        return of && <strong>{signedCount(of.change)}</strong>;
      },
    },
    {
      id: "selfGrowth",
      title: "Own size",
      hint: OWN,
      width: SIZE,
      align: "right",
      cell: (row) => ("of" in row && "selfGrowth" in row.of ? signedBytes(row.of.selfGrowth) : ""),
    },
    {
      id: "retainedGrowth",
      title: "Retained growth",
      hint: RETAINED,
      width: BARRED,
      align: "right",
      cell: (row) =>
        "of" in row && "retainedGrowth" in row.of ? (
          <Barred
            text={signedBytes(row.of.retainedGrowth)}
            share={isSum(row) ? row.of.retainedGrowth / most : undefined}
            isGrowth
          />
        ) : (
          ""
        ),
    },
    {
      id: "count",
      title: "Now",
      width: COUNT,
      align: "right",
      cell: (row) => count(change(row)?.count),
    },
    retained(total, "Retained now"),
  ];
};

export const siteDifferenceColumns = (reveal: Reveal): Columns =>
  differenceColumns(1, 1, reveal)
    .filter(({ id }) => id !== "retainedGrowth" && id !== "retainedSize")
    .map((column) =>
      column.id === "name" ? { ...column, title: "How it is held", width: { least: 320, share: 5 } } : column,
    );

export const clusterColumns = (total: number, reveal: Reveal): Columns => [
  { ...name("How they are held", reveal), width: { least: 320, share: 5 } },
  {
    id: "count",
    title: "Objects",
    width: COUNT,
    align: "right",
    cell: (row) => (row.kind === "cluster" ? count(row.of.count) : ""),
  },
  selfSize(),
  retained(total),
];

export const holderColumns = (reveal: Reveal): Columns => [
  { ...name("Retainer", reveal), width: { least: 260, share: 5 } },
  distance,
  selfSize(),
  {
    id: "retainedSize",
    title: "Retained",
    hint: RETAINED,
    width: SIZE,
    align: "right",
    cell: (row) => holderSize(row, "retainedSize"),
  },
];

export const fieldColumns = (reveal: Reveal): Columns => [
  { ...name("Field", reveal), width: { least: 200, share: 3 } },
  {
    id: "retainedSize",
    title: "Retained",
    hint: RETAINED,
    width: SIZE,
    align: "right",
    cell: (row) => (row.kind === "field" ? bytes(row.of.retainedSize) : ""),
  },
];

/** Where there is little room the figure that is sorted by comes first; the others are reached by scrolling. */
export function forNarrow(columns: Columns, by: string): Columns {
  const [first, ...rest] = columns;
  const sorted = rest.filter(({ id }) => id === by);
  const others = rest.filter(({ id }) => id !== by);
  return first ? [{ ...first, width: { least: 220, share: 1 } }, ...sorted, ...others] : [];
}

export const allocationColumns = (total: number, reveal: Reveal): Columns => [
  { ...name("Function", reveal), id: "function" },
  selfSize("Own"),
  {
    id: "totalSize",
    title: "With what it calls",
    width: BARRED,
    align: "right",
    cell: (row) =>
      row.kind === "allocation" || row.kind === "function" ? (
        <Barred text={bytes(row.of.totalSize)} share={row.of.totalSize / total} />
      ) : (
        ""
      ),
  },
];
