/** Identity by colour, the same on every page. Red and yellow are kept for severity. */
export type Hue = "blue" | "purple" | "green" | "cyan" | "neutral";

const hues: Record<string, Hue> = {
  talker: "blue",
  thinker: "purple",
  rag_search: "green",
  stt: "cyan",
  tts: "cyan",
  endpointing: "cyan",
};

export function hueOf(queryType: string): Hue {
  return hues[queryType] ?? "neutral";
}
