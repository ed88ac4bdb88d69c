/** Makes `voices/NAME.wav` from each `voices/NAME.txt`: the sentence, spoken, in a quiet room. */
import { readFileSync, writeFileSync } from "node:fs";
import { seededRandom } from "./model/random.ts";
import { Speech } from "./voice/speech.ts";
import { sampleNames, voicesFolder } from "./voice/transcripts.ts";
import { formatWav, parseWav } from "./voice/wav.ts";

const BEFORE_SECONDS = 0.3;
const AFTER_SECONDS = 0.7;
/** The room's noise, relative to full scale: about -66 dB. */
const NOISE = 0.0005;

const speech = new Speech();
for (const name of sampleNames()) {
  const text = readFileSync(new URL(`${name}.txt`, voicesFolder), "utf8").trim();
  const { sampleRate, samples: spoken } = parseWav(await speech.speak(text));
  const random = seededRandom(1);
  const before = Math.round(BEFORE_SECONDS * sampleRate);
  const after = Math.round(AFTER_SECONDS * sampleRate);
  const samples = new Float32Array(before + spoken.length + after).map(() => (random() * 2 - 1) * NOISE);
  spoken.forEach((sample, index) => {
    samples[before + index] = (samples[before + index] as number) + sample;
  });
  writeFileSync(new URL(`${name}.wav`, voicesFolder), formatWav({ sampleRate, samples }));
  console.log(`voices/${name}.wav  ${(samples.length / sampleRate).toFixed(1)} s  "${text}"`);
}
await speech.close();
