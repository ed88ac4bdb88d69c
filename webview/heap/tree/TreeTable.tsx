// biome-ignore-all lint/a11y/useSemanticElements: a treegrid of divs, as HTML's table has no rows that are not there
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus is the tree's, which says by aria-activedescendant where it is
import type { ComponentChildren } from "preact";
import { Icon } from "../../shared/Icon.tsx";
import type { Keyed } from "./lazyList.ts";
import type { ShownRow, TreeView } from "./treeView.ts";
import { ROW_HEIGHT, useRows } from "./useRows.ts";

/** Left and right of a row, pixels. */
const EDGES = 28;

export interface Column<Row> {
  id: string;
  title: string;
  /** Said by its head when it is pointed at. */
  hint?: string;
  /** Pixels, and its share of what is left. */
  width: { least: number; share: number };
  align?: "right";
  cell: (row: Row) => ComponentChildren;
}

export interface Order {
  by: string;
  descending: boolean;
}

interface TreeTableProps<Row extends Keyed> {
  label: string;
  tree: TreeView<Row>;
  columns: readonly Column<Row>[];
  /** Columns that can be sorted by, and the one that is; none when its order is given. */
  order?: Order | undefined;
  sort?: (order: Order) => void;
  sortable?: readonly string[];
  /** Key of the row whose details are shown. */
  selected?: string | undefined;
  onSelect?: (row: Row) => void;
  /** Enter, or a double click. */
  onOpen?: (row: Row) => void;
  /** Said in place of rows when there are none. */
  empty: string;
}

/** A tree as a table of any length: only the rows in view are drawn. Arrows, Home, End, Page keys, Enter. */
export function TreeTable<Row extends Keyed>(props: TreeTableProps<Row>) {
  const { label, tree, columns, order, selected, onSelect, onOpen, empty } = props;
  const { scroller, from, to, height, top, reveal, room } = useRows(tree.length, tree.version);
  const { id } = tree;
  const template = columns.map(({ width: { least, share } }) => `minmax(${least}px, ${share}fr)`).join(" ");
  const least = columns.reduce((sum, { width }) => sum + width.least, EDGES);
  const position = tree.position;

  const move = (to: number) => {
    const shown = tree.goTo(to);
    reveal(tree.position);
    if (shown.row) onSelect?.(shown.row);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const shown = tree.at(position);
    const isOpen = shown.list.openAt(shown.place) !== undefined;
    const canOpen = shown.row !== undefined && shown.list.canOpen(shown.row);
    const act = {
      ArrowDown: () => move(position + (tree.isAnywhere ? 1 : 0)),
      ArrowUp: () => move(position - 1),
      PageDown: () => move(position + room),
      PageUp: () => move(position - room),
      Home: () => move(0),
      End: () => move(tree.length - 1),
      ArrowRight: () => (canOpen && !isOpen ? tree.toggle(shown) : isOpen && move(position + 1)),
      ArrowLeft: () => (isOpen ? tree.close(shown) : shown.above >= 0 && move(shown.above)),
      Enter: () => shown.row && (onOpen ? onOpen(shown.row) : onSelect?.(shown.row)),
      " ": () => shown.row && onSelect?.(shown.row),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  const rows: ShownRow<Row>[] = [];
  for (let at = from; at < to; at++) rows.push(tree.at(at));
  const isEmpty = tree.root.total === 0;
  return (
    <div
      class="tree"
      role="treegrid"
      aria-label={label}
      aria-rowcount={tree.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={tree.isAnywhere ? `${id}-${position}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onFocus={() => tree.isAnywhere || isEmpty || tree.goTo(0)}
    >
      <div class="tree-scroll" ref={scroller}>
        <div style={{ minWidth: `${least}px` }}>
          <div class="tree-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
            {columns.map((column) => (
              <Head key={column.id} column={column} order={order} {...props} />
            ))}
          </div>
          {isEmpty && <p class="tree-empty quiet">{empty}</p>}
          <div class="tree-rows" role="rowgroup" style={{ height: `${height}px` }}>
            <div class="tree-window" style={{ transform: `translateY(${top}px)` }}>
              {rows.map((shown, i) => (
                <TreeRow
                  key={from + i}
                  id={`${id}-${from + i}`}
                  shown={shown}
                  index={from + i}
                  columns={columns}
                  template={template}
                  isAt={tree.isAnywhere && from + i === position}
                  isSelected={shown.row !== undefined && shown.row.key === selected}
                  toggle={() => tree.toggle(shown)}
                  select={() => {
                    tree.goTo(from + i);
                    if (shown.row) onSelect?.(shown.row);
                  }}
                  open={() => shown.row && onOpen?.(shown.row)}
                />
              ))}
            </div>
          </div>
        </div>
      </div>
    </div>
  );
}

function Head<Row extends Keyed>({
  column,
  order,
  sort,
  sortable = [],
}: { column: Column<Row> } & Pick<TreeTableProps<Row>, "order" | "sort" | "sortable">) {
  const isBy = order?.by === column.id;
  const direction = order?.descending ? "descending" : "ascending";
  const canSort = sort !== undefined && sortable.includes(column.id);
  return (
    <div
      role="columnheader"
      class={column.align === "right" ? "right" : ""}
      aria-sort={canSort ? (isBy ? direction : "none") : undefined}
      title={column.hint}
    >
      {canSort ? (
        <button
          type="button"
          class="plain"
          onClick={() => sort({ by: column.id, descending: isBy ? !order.descending : column.align === "right" })}
        >
          {column.title}
          {isBy && <Icon name={order.descending ? "chevron-down" : "chevron-up"} />}
        </button>
      ) : (
        column.title
      )}
    </div>
  );
}

interface TreeRowProps<Row extends Keyed> {
  id: string;
  shown: ShownRow<Row>;
  index: number;
  columns: readonly Column<Row>[];
  template: string;
  isAt: boolean;
  isSelected: boolean;
  toggle: () => void;
  select: () => void;
  open: () => void;
}

function TreeRow<Row extends Keyed>(props: TreeRowProps<Row>) {
  const { id, shown, index, columns, template, isAt, isSelected, toggle, select, open } = props;
  const { list, place, depth, row } = shown;
  const canOpen = row !== undefined && list.canOpen(row);
  const isOpen = list.openAt(place) !== undefined;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the tree's
    <div
      id={id}
      class={`tree-row${isAt ? " at" : ""}`}
      role="row"
      aria-level={depth + 1}
      aria-rowindex={index + 2}
      aria-expanded={canOpen ? isOpen : undefined}
      aria-selected={isSelected}
      style={{ gridTemplateColumns: template, height: `${ROW_HEIGHT}px` }}
      onClick={select}
      onDblClick={open}
    >
      {columns.map((column, i) => (
        <div key={column.id} role="gridcell" class={column.align === "right" ? "right" : "cut"}>
          {i === 0 && (
            <span class="tree-indent" style={{ width: `${depth * 16 + 20}px` }}>
              {canOpen && (
                <button
                  type="button"
                  class="tree-twist"
                  tabIndex={-1}
                  aria-label={isOpen ? "Close" : "Open"}
                  onClick={(event) => {
                    event.stopPropagation();
                    toggle();
                  }}
                >
                  <Icon name={isOpen ? "chevron-down" : "chevron-right"} />
                </button>
              )}
            </span>
          )}
          {i > 0 && row && column.cell(row)}
          {i === 0 && <span class="cut">{row ? column.cell(row) : <Coming failure={list.failure} />}</span>}
        </div>
      ))}
    </div>
  );
}

function Coming({ failure }: { failure: string | undefined }) {
  return (
    <span class="quiet">
      {failure === undefined ? (
        "…"
      ) : (
        <>
          <Icon name="error" /> {failure}
        </>
      )}
    </span>
  );
}
