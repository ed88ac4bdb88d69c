/** Transcripts from side files: `voices/NAME.wav` is what `voices/NAME.txt` says, under whatever name it arrives. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { type Audio, parseWav } from "./wav.ts";

export const voicesFolder = new URL("../../voices/", import.meta.url);

/** The names of the recordings that have a transcript. */
export function sampleNames(): string[] {
  const names = readdirSync(voicesFolder).filter((name) => name.endsWith(".txt"));
  return names.map((name) => name.slice(0, -".txt".length)).sort();
}

/** The recordings' transcripts; the returned function finds the one of a recording by its samples. */
export function readTranscripts(): (audio: Audio) => string | undefined {
  const transcripts = new Map<string, string>();
  for (const name of sampleNames()) {
    const audio = parseWav(readFileSync(new URL(`${name}.wav`, voicesFolder)));
    transcripts.set(fingerprint(audio), readFileSync(new URL(`${name}.txt`, voicesFolder), "utf8").trim());
  }
  return (audio) => transcripts.get(fingerprint(audio));
}

function fingerprint({ samples }: Audio): string {
  return createHash("sha256")
    .update(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength))
    .digest("hex");
}
