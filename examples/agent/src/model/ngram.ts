/** A weighted n-gram model with interpolated absolute discounting (each order backs off to the next lower one). */

/** Longest context in words: three, which makes 4-grams. */
export const CONTEXT_WORDS = 3;
const DISCOUNT = 0.35;
/** Share of a unigram's probability that every word of the vocabulary gets, seen or not. */
const UNIFORM_SHARE = 0.02;

interface Followers {
  total: number;
  counts: Map<number, number>;
}

export class NgramModel {
  readonly #vocabularySize: number;
  /** Index is the context's length in words. */
  readonly #followers: Map<number, Followers>[] = Array.from({ length: CONTEXT_WORDS + 1 }, () => new Map());

  constructor(vocabularySize: number) {
    this.#vocabularySize = vocabularySize;
  }

  get isEmpty(): boolean {
    return this.#followers[0]?.size === 0;
  }

  /** Learns one sentence of word numbers that starts and ends with the sentence boundary; `weight` is at least 1. */
  learn(sentence: readonly number[], weight = 1): void {
    for (let end = 1; end < sentence.length; end++) {
      const word = sentence[end] as number;
      for (let length = 0; length <= Math.min(CONTEXT_WORDS, end); length++) {
        const key = this.#key(sentence, end, length);
        const table = this.#followers[length] as Map<number, Followers>;
        const followers = table.get(key) ?? { total: 0, counts: new Map<number, number>() };
        if (followers.total === 0) table.set(key, followers);
        followers.total += weight;
        followers.counts.set(word, (followers.counts.get(word) ?? 0) + weight);
      }
    }
  }

  /** Fills `out` with the probability of every word of the vocabulary after `history`. */
  distribution(history: readonly number[], out: Float64Array): void {
    out.fill(1 / this.#vocabularySize);
    for (let length = 0; length <= Math.min(CONTEXT_WORDS, history.length); length++) {
      const followers = this.#followers[length]?.get(this.#key(history, history.length, length));
      if (!followers) return;
      const { total, counts } = followers;
      const backOff = length === 0 ? UNIFORM_SHARE : (DISCOUNT * counts.size) / total;
      for (let word = 0; word < out.length; word++) out[word] = (out[word] as number) * backOff;
      for (const [word, count] of counts) {
        const seen = length === 0 ? (count * (1 - UNIFORM_SHARE)) / total : (count - DISCOUNT) / total;
        out[word] = (out[word] as number) + seen;
      }
    }
  }

  #key(sequence: readonly number[], end: number, length: number): number {
    let key = 0;
    for (let i = end - length; i < end; i++) key = key * this.#vocabularySize + (sequence[i] as number);
    return key;
  }
}
