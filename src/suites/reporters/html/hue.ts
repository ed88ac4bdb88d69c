const hues: Record<string, string> = {
  talker: "blue",
  thinker: "purple",
  rag_search: "green",
  turn: "cyan",
  stt: "cyan",
  tts: "cyan",
  voice: "cyan",
};

/** Of a query type; the same on every page of ours. */
export const hueOf = (queryType: string): string =>
  `--hue: var(--${Object.hasOwn(hues, queryType) ? hues[queryType] : "other"})`;
