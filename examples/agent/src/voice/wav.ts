/** WAV files: 16-bit PCM in, mono; 16-bit mono PCM out. */

export interface Audio {
  /** Samples a second. */
  sampleRate: number;
  /** Mono, from -1 to 1. */
  samples: Float32Array;
}

/** Why a file can't be heard; `reason` is the short word that is counted. */
export class WavError extends Error {
  override readonly name = "WavError";
  readonly reason: "damaged-wav" | "unsupported-wav";

  constructor(reason: WavError["reason"], message: string) {
    super(message);
    this.reason = reason;
  }
}

const PCM = 1;
const EXTENSIBLE = 0xfffe;
/** What programs that write to a pipe put where they can't know the size. */
const UNKNOWN_SIZE = 0xffffffff;
const HEADER_BYTES = 44;

/** Reads a WAV file; several channels are mixed into one. */
export function parseWav(file: Buffer): Audio {
  if (file.length < 12 || file.toString("latin1", 0, 4) !== "RIFF" || file.toString("latin1", 8, 12) !== "WAVE") {
    throw new WavError("damaged-wav", "this is no WAV file: it doesn't begin with RIFF … WAVE");
  }
  let format: { channels: number; sampleRate: number } | undefined;
  for (let at = 12; at + 8 <= file.length; ) {
    const id = file.toString("latin1", at, at + 4);
    const told = file.readUInt32LE(at + 4);
    const size = told === UNKNOWN_SIZE ? file.length - at - 8 : told;
    const chunk = file.subarray(at + 8, at + 8 + size);
    if (chunk.length < size) {
      throw new WavError(
        "damaged-wav",
        `the WAV file breaks off: "${id}" says ${size} bytes, ${chunk.length} are there`,
      );
    }
    if (id === "fmt ") format = parseFormat(chunk);
    if (id === "data") {
      if (!format) throw new WavError("damaged-wav", 'the WAV file has its "data" before its "fmt "');
      return { sampleRate: format.sampleRate, samples: mix(chunk, format.channels) };
    }
    at += 8 + size + (size % 2);
  }
  throw new WavError("damaged-wav", 'the WAV file has no "data"');
}

/** Writes a WAV file. */
export function formatWav({ sampleRate, samples }: Audio): Buffer {
  const file = Buffer.alloc(HEADER_BYTES + samples.length * 2);
  file.write("RIFF", 0, "latin1");
  file.writeUInt32LE(file.length - 8, 4);
  file.write("WAVEfmt ", 8, "latin1");
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(PCM, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(sampleRate, 24);
  file.writeUInt32LE(sampleRate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36, "latin1");
  file.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((sample, index) => {
    file.writeInt16LE(Math.round(Math.max(-1, Math.min(1, sample)) * 32767), HEADER_BYTES + index * 2);
  });
  return file;
}

function parseFormat(chunk: Buffer): { channels: number; sampleRate: number } {
  if (chunk.length < 16) throw new WavError("damaged-wav", `the WAV file's "fmt " has ${chunk.length} bytes, not 16`);
  const tag = chunk.readUInt16LE(0);
  const coding = tag === EXTENSIBLE && chunk.length >= 26 ? chunk.readUInt16LE(24) : tag;
  const channels = chunk.readUInt16LE(2);
  const sampleRate = chunk.readUInt32LE(4);
  const bits = chunk.readUInt16LE(14);
  if (coding !== PCM || bits !== 16 || channels < 1 || channels > 8 || sampleRate < 8000 || sampleRate > 192_000) {
    const found = `coding ${coding}, ${bits} bits, ${channels} channels, ${sampleRate} Hz`;
    throw new WavError("unsupported-wav", `send 16-bit PCM of 8 kHz or more; this WAV file has ${found}`);
  }
  return { channels, sampleRate };
}

function mix(data: Buffer, channels: number): Float32Array {
  const samples = new Float32Array(Math.floor(data.length / (2 * channels)));
  for (let i = 0; i < samples.length; i++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += data.readInt16LE(2 * (i * channels + channel));
    samples[i] = sum / channels / 32768;
  }
  return samples;
}
