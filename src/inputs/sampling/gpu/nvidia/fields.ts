/**
 * What is asked of each card: of each figure the newest name first. A driver that knows none of the names goes without.
 * 535 renamed the throttle reasons; `mig.mode.current` came with 450, `power.draw.instant` with 530.
 */
const NAMES = {
  index: ["index"],
  uuid: ["uuid"],
  count: ["count"],
  name: ["name"],
  utilization: ["utilization.gpu"],
  memoryUsed: ["memory.used"],
  memoryTotal: ["memory.total"],
  celsius: ["temperature.gpu"],
  power: ["power.draw"],
  powerNow: ["power.draw.instant"],
  powerLimit: ["enforced.power.limit", "power.limit"],
  coreClock: ["clocks.current.sm"],
  memoryClock: ["clocks.current.memory"],
  throttle: ["clocks_event_reasons.active", "clocks_throttle_reasons.active"],
  mig: ["mig.mode.current"],
  driverModel: ["driver_model.current"],
} as const satisfies Record<string, readonly string[]>;

type Field = keyof typeof NAMES;
/** The cells of one card by figure, as the tool printed them. */
export type Row = Partial<Record<Field, string>>;

const REFUSED = /Field "([^"]+)" is not a valid field to query/;

/** The fields that this driver answers; one that it does not know makes it refuse the whole query. */
export class QueryFields {
  readonly #chosen = new Map(Object.entries(NAMES).map(([field, [first]]) => [field as Field, first as string]));

  get query(): string {
    return [...this.#chosen.values()].join(",");
  }

  /** Drops the field that these words refuse, or takes its older name; true when there was such a field. */
  mend(words: string): boolean {
    const refused = REFUSED.exec(words)?.[1];
    const entry = [...this.#chosen].find(([, name]) => name === refused);
    if (!entry) return false;
    const [field, name] = entry;
    const names: readonly string[] = NAMES[field];
    const older = names[names.indexOf(name) + 1];
    if (older) this.#chosen.set(field, older);
    else this.#chosen.delete(field);
    return true;
  }

  /** Undefined for a line that is no card's. */
  read(line: string): Row | undefined {
    const cells = line.split(",").map((cell) => cell.trim());
    if (cells.length !== this.#chosen.size) return undefined;
    const row: Row = Object.fromEntries([...this.#chosen.keys()].map((field, i) => [field, cells[i]]));
    return /^\d+$/.test(row.index ?? "") ? row : undefined;
  }
}
