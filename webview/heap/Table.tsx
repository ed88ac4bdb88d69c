import { useMedia } from "../shared/useMedia.ts";
import {
  allocationColumns,
  differenceColumns,
  dominatorColumns,
  forNarrow,
  objectColumns,
  siteDifferenceColumns,
  stringColumns,
  summaryColumns,
} from "./columns.tsx";
import type { HeapModel } from "./heapModel.ts";
import type { HeapRow } from "./heapRow.ts";
import { type Column, TreeTable } from "./tree/TreeTable.tsx";

interface Page {
  label: string;
  columns: Column<HeapRow>[];
  sortable: readonly string[];
  empty: string;
}

/** The table of the page that is shown. */
export function Table({ model }: { model: HeapModel }) {
  const { page, comparing } = model;
  const narrow = useMedia("(max-width: 699px)");
  if (page === "difference" && !comparing.done) return <Uncompared model={model} />;
  const { label, columns, sortable, empty } = pageOf(model);
  const { order } = model;
  return (
    <TreeTable
      key={label}
      label={label}
      tree={model.tree}
      columns={narrow ? forNarrow(columns, order.by) : columns}
      order={order}
      sortable={sortable}
      sort={(order) => model.sort(order)}
      selected={model.selected}
      onSelect={(row) => model.select(row)}
      empty={model.filter ? `Nothing has “${model.filter}” in it.` : empty}
    />
  );
}

function pageOf(model: HeapModel): Page {
  const { facts, reveal, comparing } = model;
  const total = facts?.kind === "profile" ? facts.total : (facts?.statistics.total ?? 1);
  switch (model.page) {
    case "difference":
      return comparing.bySite
        ? {
            label: "Ways of being held, compared",
            columns: siteDifferenceColumns(reveal),
            sortable: ["created", "deleted", "change", "selfGrowth", "count"],
            empty: "Nothing is held otherwise than before.",
          }
        : {
            label: "Classes, compared",
            columns: differenceColumns(total, comparing.most, reveal),
            sortable: ["name", "created", "deleted", "change", "selfGrowth", "retainedGrowth", "count", "retainedSize"],
            empty: "Nothing that was new in the second is still there.",
          };
    case "dominators":
      return {
        label: "Dominators",
        columns: dominatorColumns(total, reveal),
        sortable: ["selfSize", "retainedSize", "distance"],
        empty: "The heap is empty.",
      };
    case "strings":
      return {
        label: "Strings",
        columns: stringColumns(reveal),
        sortable: ["text", "copies", "selfSize", "wasted"],
        empty: "There are no strings.",
      };
    case "search":
      return {
        label: "Found",
        columns: objectColumns(total, reveal),
        sortable: [],
        empty: "Type a name of a class or function, a part of a text, the name of a field, or @ and an id.",
      };
    case "allocations":
      return {
        label: "Allocations",
        columns: allocationColumns(total, reveal),
        sortable: ["function", "selfSize", "totalSize"],
        empty: "Nothing was allocated that is still held.",
      };
    case "functions":
      return {
        label: "Functions",
        columns: allocationColumns(total, reveal),
        sortable: ["function", "selfSize", "totalSize"],
        empty: "Nothing was allocated that is still held.",
      };
    default:
      return {
        label: "Classes",
        columns: summaryColumns(total, reveal),
        sortable: ["name", "count", "selfSize", "retainedSize", "distance"],
        empty: "There are no classes.",
      };
  }
}

/** In place of a difference that is not there yet. */
function Uncompared({ model }: { model: HeapModel }) {
  const { running, failure, progress } = model.comparing;
  if (running) {
    const share = progress ? `, ${Math.round(progress.share * 100)} %` : "";
    return (
      <p class="state" role="status">
        {progress?.step ?? "Reading the other snapshot"}
        {share}
      </p>
    );
  }
  if (failure) {
    return (
      <p class="state" role="status">
        {failure}
      </p>
    );
  }
  return (
    <div class="state">
      <p>Compare this snapshot with one that was taken before it.</p>
      <button type="button" class="primary" onClick={() => model.browse()}>
        Choose a Snapshot…
      </button>
    </div>
  );
}
