type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** The same without what is undefined: figures that a system does not tell are absent. */
export function defined<T extends object>(figures: T): Defined<T> {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined)) as Defined<T>;
}
