interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** Samples by the metric's name. */
export type Metrics = Map<string, Sample[]>;

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?[ \t]+([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?:[ \t]+-?\d+)?[ \t]*$/;
const LABEL = /\s*([a-zA-Z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/gy;

/**
 * Reads the Prometheus text format, the metrics of these names alone. Lines that are none are left out, and so are
 * those with NaN or an infinity, which tell nothing.
 */
export function parseMetrics(text: string, names: ReadonlySet<string>): Metrics {
  const metrics: Metrics = new Map();
  for (const line of text.split("\n")) {
    const end = line.search(/[{ \t]/);
    if (end <= 0 || !names.has(line.slice(0, end))) continue;
    const [, name, inBraces = "", value] = LINE.exec(line.trimEnd()) ?? [];
    const labels = parseLabels(inBraces);
    if (name === undefined || !labels || !Number.isFinite(Number(value))) continue;
    const samples = metrics.get(name) ?? [];
    samples.push({ labels, value: Number(value) });
    metrics.set(name, samples);
  }
  return metrics;
}

const escapes: Record<string, string> = { n: "\n", '"': '"', "\\": "\\" };

/** Undefined when anything in the braces is no label. */
function parseLabels(text: string): Record<string, string> | undefined {
  const found = [...text.matchAll(LABEL)];
  if (found.reduce((length, [whole]) => length + whole.length, 0) !== text.trimEnd().length && text.trim() !== "") {
    return undefined;
  }
  return Object.fromEntries(
    found.map(([, name = "", value = ""]) => [
      name,
      value.replace(/\\(.)/g, (whole, letter: string) => escapes[letter] ?? whole),
    ]),
  );
}

/** The values of a metric added up over its labels; undefined when there is none. */
export function sumOf(metrics: Metrics, name: string): number | undefined {
  return metrics.get(name)?.reduce((sum, { value }) => sum + value, 0);
}

/** The highest value of a metric over its labels; undefined when there is none. */
export function highestOf(metrics: Metrics, name: string): number | undefined {
  const samples = metrics.get(name);
  return samples && Math.max(...samples.map(({ value }) => value));
}
