/** Figures for eyes: three significant digits, milliseconds only under a second, MiB and GiB. */

/** Three significant digits without an exponent: 629, 1.24, 13.1. */
export function threeDigits(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const magnitude = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(3)))));
  return (value < 0 ? "−" : "") + Math.abs(value).toFixed(Math.max(0, Math.min(2 - magnitude, 6)));
}

/** A duration given in seconds: `812 ms`, `1.24 s`, `13.1 s`, `3 min 20 s`. Under 10 µs it is `0 ms`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 1e-5) return "0 ms";
  if (seconds < 0.9995) return `${threeDigits(seconds * 1000)} ms`;
  if (seconds < 600) return `${threeDigits(seconds)} s`;
  return formatAge(seconds);
}

/** A span of time in whole units, for ages and uptimes: `8 s`, `41 min`, `2 h 14 min`, `3 d 4 h`. */
export function formatAge(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  const days = Math.floor(hours / 24);
  return hours % 24 ? `${days} d ${hours % 24} h` : `${days} d`;
}

/** A size given in bytes: `96.0 MiB`, `1.94 GiB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return "–";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : threeDigits(value)} ${units[unit]}`;
}

/** A ratio of 1 as percent, with a true minus: `99.76 %`, `47 %`. `digits` after the point. */
export function formatPercent(ratio: number, digits = 0): string {
  if (!Number.isFinite(ratio)) return "–";
  return `${(ratio * 100).toFixed(digits).replace("-", "−")} %`;
}

/** A figure without the zeros that say nothing in a limit or on an axis: `2.00 s` → `2 s`, `1.50 s` → `1.5 s`. */
export function trimZeros(figure: string): string {
  return figure.replace(/(\.\d*?)0+(?=\D|$)/, "$1").replace(/\.(?=\D|$)/, "");
}

/** A count with its thousands apart: `12,480`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

const queryTypeTitles: Record<string, string> = {
  talker: "Talker",
  thinker: "Thinker",
  rag_search: "RAG search",
  tool: "Tools",
  stt: "Speech to text",
  tts: "Text to speech",
  embedding: "Embedding",
  turn: "Turn",
};

/** A query type as headings name it: `rag_search` → `RAG search`. */
export function queryTypeTitle(queryType: string): string {
  return (Object.hasOwn(queryTypeTitles, queryType) && queryTypeTitles[queryType]) || queryType;
}
