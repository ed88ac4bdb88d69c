import type { Series, SeriesFilter, SeriesQuery } from "../../model/series.ts";

/** Whether a series is what a query picks. */
export function fitsFilter({
  agent,
  attributes,
}: SeriesFilter & Pick<SeriesQuery, "attributes">): (series: Series) => boolean {
  const wanted = Object.entries(attributes ?? {});
  return (series) =>
    (agent === undefined || (series.agent ?? null) === agent) &&
    wanted.every(([name, value]) => (series.attributes?.[name] ?? "") === value);
}
