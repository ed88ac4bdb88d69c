import { type Keyed, LazyList, type ListSource } from "./lazyList.ts";

/** A row as it is shown: where it lies, and the row itself once it has come. */
export interface ShownRow<Row extends Keyed> {
  list: LazyList<Row>;
  place: number;
  depth: number;
  /** Place of the row that it lies below, among all that are shown; −1 at the top. */
  above: number;
  row: Row | undefined;
}

let lastId = 0;

/** A tree of lazy lists as one long list of rows, with the row that the keyboard is at. */
export class TreeView<Row extends Keyed> {
  /** Of this page, for names of elements. */
  readonly id = `tree${++lastId}`;
  readonly #changed: () => void;
  #root: LazyList<Row>;
  #at: { list: LazyList<Row>; place: number } | undefined;
  /** Key of the row at which the keyboard was before the order changed. */
  #keyBefore: string | undefined;
  /** Counts what made the list another one: it is shown from its top. */
  version = 0;

  constructor(source: ListSource<Row>, changed: () => void) {
    this.#changed = changed;
    this.#root = new LazyList(source, changed);
  }

  get root(): LazyList<Row> {
    return this.#root;
  }

  get length(): number {
    return this.#root.height;
  }

  /** Shows other rows, or the same in another order: what is open stays so. */
  replace(source: ListSource<Row>): void {
    this.#keyBefore = this.#at && this.#at.list === this.#root ? this.#root.row(this.#at.place)?.key : undefined;
    this.#at = undefined;
    this.#root = new LazyList(source, this.#changed, this.#root);
    this.version++;
    this.#changed();
  }

  at(position: number): ShownRow<Row> {
    return find(this.#root, position, 0, -1, 0);
  }

  /** Where the keyboard is; 0 before it has been anywhere. */
  get position(): number {
    if (this.#at === undefined && this.#keyBefore !== undefined) {
      const place = this.#root.find(this.#keyBefore);
      if (place !== undefined) this.#at = { list: this.#root, place };
    }
    if (!this.#at) return 0;
    return positionOf(this.#root, this.#at.list, this.#at.place) ?? 0;
  }

  get isAnywhere(): boolean {
    return this.#at !== undefined;
  }

  goTo(position: number): ShownRow<Row> {
    const shown = this.at(Math.max(0, Math.min(this.length - 1, position)));
    this.#at = { list: shown.list, place: shown.place };
    return shown;
  }

  toggle({ list, place }: ShownRow<Row>): void {
    if (list.openAt(place)) this.close({ list, place });
    else list.open(place);
    this.#changed();
  }

  close({ list, place }: Pick<ShownRow<Row>, "list" | "place">): void {
    const closing = list.openAt(place);
    // What is no longer shown can't be where the keyboard is.
    if (closing && this.#at && positionOf(closing, this.#at.list, this.#at.place) !== undefined)
      this.#at = { list, place };
    list.close(place);
    this.#changed();
  }
}

function find<Row extends Keyed>(
  list: LazyList<Row>,
  position: number,
  depth: number,
  above: number,
  offset: number,
): ShownRow<Row> {
  let passed = 0; // Rows of open lists that lie before.
  for (const place of list.openPlaces) {
    if (position <= place + passed) break;
    const open = list.openAt(place);
    if (!open) continue;
    const first = place + passed + 1;
    if (position < first + open.height)
      return find(open, position - first, depth + 1, offset + first - 1, offset + first);
    passed += open.height;
  }
  const place = position - passed;
  return { list, place, depth, above, row: list.row(place) };
}

function positionOf<Row extends Keyed>(
  root: LazyList<Row>,
  wanted: LazyList<Row>,
  wantedPlace: number,
): number | undefined {
  const isHere = root === wanted;
  let passed = 0;
  for (const place of root.openPlaces) {
    if (isHere && place >= wantedPlace) break;
    const open = root.openAt(place);
    if (!open) continue;
    if (!isHere) {
      const within = positionOf(open, wanted, wantedPlace);
      if (within !== undefined) return place + passed + 1 + within;
    }
    passed += open.height;
  }
  return isHere ? wantedPlace + passed : undefined;
}
