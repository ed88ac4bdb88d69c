/** Word vectors by random indexing: words that share sentences point the same way. */
import { seededRandom } from "./random.ts";

const DIMENSIONS = 512;
const NONZERO = 16;

export class Topics {
  readonly #vectors: Float32Array;
  readonly #vocabularySize: number;

  /** `sentences` hold word numbers; `weight` says how much a word tells about its neighbours (0 for stop words). */
  constructor(vocabularySize: number, sentences: readonly (readonly number[])[], weight: (word: number) => number) {
    this.#vocabularySize = vocabularySize;
    this.#vectors = new Float32Array(vocabularySize * DIMENSIONS);
    const signature = Array.from({ length: vocabularySize }, (_, word) => randomSignature(word));
    const sum = new Float32Array(DIMENSIONS);
    for (const sentence of sentences) {
      sum.fill(0);
      for (const word of sentence) {
        for (const [dimension, sign] of signature[word] ?? [])
          sum[dimension] = at(sum, dimension) + sign * weight(word);
      }
      for (const word of sentence) this.#add(word, sum);
    }
    for (let word = 0; word < vocabularySize; word++) normalise(this.#vector(word));
  }

  /** The direction of a text, given its words. */
  direction(words: Iterable<number>): Float32Array {
    const direction = new Float32Array(DIMENSIONS);
    for (const word of words) {
      const vector = this.#vector(word);
      for (let i = 0; i < DIMENSIONS; i++) direction[i] = at(direction, i) + at(vector, i);
    }
    return normalise(direction);
  }

  /** Adds `strength` times the cosine between every word and `direction` to `logits`. */
  steer(logits: Float64Array, direction: Float32Array, strength: number): void {
    for (let word = 0; word < this.#vocabularySize; word++) {
      const start = word * DIMENSIONS;
      let cosine = 0;
      for (let i = 0; i < DIMENSIONS; i++) cosine += at(this.#vectors, start + i) * at(direction, i);
      logits[word] = (logits[word] as number) + strength * cosine;
    }
  }

  #vector(word: number): Float32Array {
    return this.#vectors.subarray(word * DIMENSIONS, (word + 1) * DIMENSIONS);
  }

  #add(word: number, sum: Float32Array): void {
    const vector = this.#vector(word);
    for (let i = 0; i < DIMENSIONS; i++) vector[i] = at(vector, i) + at(sum, i);
  }
}

function randomSignature(word: number): [dimension: number, sign: number][] {
  const random = seededRandom(word + 1);
  return Array.from({ length: NONZERO }, () => [Math.floor(random() * DIMENSIONS), random() < 0.5 ? -1 : 1]);
}

function normalise(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  if (length > 0) for (let i = 0; i < vector.length; i++) vector[i] = at(vector, i) / length;
  return vector;
}

const at = (vector: Float32Array, index: number): number => vector[index] as number;
