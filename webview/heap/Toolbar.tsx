import type { HeapPageName } from "../../src/model/heapView.ts";
import { Icon } from "../shared/Icon.tsx";
import { useMedia } from "../shared/useMedia.ts";
import type { HeapModel } from "./heapModel.ts";

const titles: Record<HeapPageName, string> = {
  summary: "Summary",
  difference: "Difference",
  dominators: "Dominators",
  strings: "Strings",
  statistics: "Statistics",
  search: "Search",
  allocations: "Allocations",
  functions: "Functions",
};

const filters: Partial<Record<HeapPageName, string>> = {
  summary: "Filter classes, or @id",
  difference: "Filter classes, or @id",
  strings: "Filter texts",
  search: "Name, text, field or @id",
  functions: "Filter functions and files",
};

/** The pages of a heap view, and what its present page can be narrowed to. */
export function Toolbar({ model }: { model: HeapModel }) {
  const { page, comparing } = model;
  const narrow = useMedia("(max-width: 699px)");
  const isFiltered = filters[page] !== undefined && (page !== "difference" || comparing.done);
  return (
    <div class="toolbar">
      {narrow ? <PageSelect model={model} /> : <PageSegments model={model} />}
      {page === "summary" && (
        <label class="check" title="Plain objects by their fields, such as {id, text}, instead of all as Object">
          <input
            type="checkbox"
            checked={model.shapes}
            onChange={({ currentTarget }) => model.showShapes(currentTarget.checked)}
          />
          Objects by their fields
        </label>
      )}
      {isFiltered && <Filter key={page} model={model} placeholder={filters[page] ?? ""} />}
      <p class="unseen" role="status">
        {model.notFound ?? ""}
      </p>
    </div>
  );
}

function PageSegments({ model }: { model: HeapModel }) {
  return (
    <nav class="segments large" aria-label="Pages">
      {model.pages.map((name) => (
        <button key={name} type="button" aria-pressed={name === model.page} onClick={() => model.goTo(name)}>
          {titles[name]}
        </button>
      ))}
    </nav>
  );
}

function PageSelect({ model }: { model: HeapModel }) {
  return (
    <span class="field select">
      <select
        aria-label="Page"
        value={model.page}
        onChange={({ currentTarget }) => model.goTo(currentTarget.value as HeapPageName)}
      >
        {model.pages.map((name) => (
          <option key={name} value={name}>
            {titles[name]}
          </option>
        ))}
      </select>
      <Icon name="chevron-down" />
    </span>
  );
}

function Filter({ model, placeholder }: { model: HeapModel; placeholder: string }) {
  return (
    <span class="field filter">
      <Icon name={model.page === "search" ? "search" : "filter"} />
      <input
        type="text"
        spellcheck={false}
        aria-label={placeholder}
        placeholder={placeholder}
        value={model.filter}
        aria-invalid={model.notFound !== undefined}
        onInput={({ currentTarget }) => model.filterBy(currentTarget.value)}
      />
      {model.notFound && <span class="filter-note quiet cut">not there</span>}
    </span>
  );
}
