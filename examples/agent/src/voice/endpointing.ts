/** Where in a recording somebody speaks: frames whose energy stands out from the background noise. */
import type { Audio } from "./wav.ts";

export interface Utterance {
  /** Seconds from the recording's beginning. */
  start: number;
  end: number;
  /** How far speech is above noise, from 0 (not at all) to 1 (40 dB or more). */
  quality: number;
}

const FRAME_SECONDS = 0.02;
/** Fewer loud frames in a row are a click, not speech. */
const SPEECH_FRAMES = 4;
/** A pause of this many frames ends the utterance. */
const PAUSE_FRAMES = 25;
/** Speech is at least this far above the noise … */
const ABOVE_NOISE_DB = 10;
/** … and never softer than this, relative to full scale. */
const SOFTEST_SPEECH_DB = -50;
/** The level of the noise: the frame that one in ten is softer than. */
const NOISE_QUANTILE = 0.1;
const BEST_QUALITY_DB = 40;

/** The first utterance of the recording, or undefined when there is none. */
export function findUtterance({ sampleRate, samples }: Audio): Utterance | undefined {
  const levels = frameLevels(samples, Math.round(sampleRate * FRAME_SECONDS));
  const sorted = levels.toSorted();
  const noise = sorted[Math.floor(sorted.length * NOISE_QUANTILE)] ?? 0;
  const threshold = Math.max(SOFTEST_SPEECH_DB, noise + ABOVE_NOISE_DB);
  const start = levels.findIndex((_, at) => loud(levels, at, SPEECH_FRAMES, threshold));
  if (start < 0) return undefined;
  let last = start;
  for (let at = start; at < levels.length && at - last <= PAUSE_FRAMES; at++) {
    if ((levels[at] as number) >= threshold) last = at;
  }
  const speech = levels.slice(start, last + 1).toSorted();
  const median = speech[Math.floor(speech.length / 2)] as number;
  const quality = Math.max(0, Math.min(1, (median - noise) / BEST_QUALITY_DB));
  return { start: start * FRAME_SECONDS, end: (last + 1) * FRAME_SECONDS, quality };
}

/** The level of each frame in decibels relative to full scale. */
function frameLevels(samples: Float32Array, frame: number): Float64Array {
  const levels = new Float64Array(Math.floor(samples.length / frame));
  for (let at = 0; at < levels.length; at++) {
    let energy = 0;
    for (let i = at * frame; i < (at + 1) * frame; i++) energy += (samples[i] as number) ** 2;
    levels[at] = 10 * Math.log10(energy / frame + 1e-12);
  }
  return levels;
}

function loud(levels: Float64Array, at: number, frames: number, threshold: number): boolean {
  if (at + frames > levels.length) return false;
  return levels.subarray(at, at + frames).every((level) => level >= threshold);
}
