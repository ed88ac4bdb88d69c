/** A small language model: n-grams of the documents, adapted to the prompt, steered towards the question's topic. */
import { CONTEXT_WORDS, NgramModel } from "./ngram.ts";
import { contentWords, isStopWord, sentences, words } from "./text.ts";
import { Topics } from "./topics.ts";

/** The word number of the sentence boundary. */
export const BOUNDARY = 0;
/** How much the prompt's own n-grams count beside those of all documents. */
const PROMPT_SHARE = 0.75;
const TOPIC_STRENGTH = 0.8;
/** Taken off the logit of a word for each of its last uses, so that answers don't go round in circles. */
const REPETITION_PENALTY = 0.9;
const REPETITION_WINDOW = 24;

export interface Prompt {
  /** What the user asks. */
  question: string;
  /** Instructions and retrieved text; sentences that share words with the question shape the answer. */
  context: string;
}

export interface Sampling {
  /** 0 takes the likeliest word; 2 is the wildest. */
  temperature: number;
  /** Words are drawn from the likeliest ones that together hold this probability. */
  topP: number;
  random: () => number;
}

export class LanguageModel {
  readonly words: readonly string[];
  readonly #numbers: Map<string, number>;
  readonly #base: NgramModel;
  readonly #topics: Topics;

  /** Trains on Markdown texts; some tens of kilobytes take a fraction of a second. */
  constructor(documents: readonly string[]) {
    const texts = documents.flatMap(sentences).map(words);
    const frequency = new Map<string, number>();
    for (const word of texts.flat()) frequency.set(word, (frequency.get(word) ?? 0) + 1);
    this.words = ["", ...frequency.keys()];
    this.#numbers = new Map(this.words.map((word, number) => [word, number]));
    this.#base = new NgramModel(this.words.length);
    const numbered = texts.map((text) => this.#encode(text));
    for (const sentence of numbered) this.#base.learn([BOUNDARY, ...sentence, BOUNDARY]);
    this.#topics = new Topics(this.words.length, numbered, (number) => {
      const word = this.words[number] as string;
      return isStopWord(word) || !/\p{L}/u.test(word) ? 0 : 1 / Math.sqrt(frequency.get(word) ?? 1);
    });
  }

  /** Reads the prompt, once for however many answers are drawn from it. */
  read(prompt: Prompt): Reading {
    const asked = contentWords(prompt.question);
    const adapted = new NgramModel(this.words.length);
    for (const sentence of sentences(prompt.context)) {
      const shared = [...contentWords(sentence)].filter((word) => asked.has(word)).length;
      const found = words(sentence);
      const encoded = this.#encode(found);
      // A sentence with words that the model can't say (an instruction, mostly) is not one to imitate.
      if (shared > 0 && encoded.length === found.length) adapted.learn([BOUNDARY, ...encoded, BOUNDARY], 1 + shared);
    }
    const direction = this.#topics.direction(this.#encode([...asked]));
    return new Reading(this.words.length, this.#base, adapted, this.#topics, direction);
  }

  #encode(text: readonly string[]): number[] {
    return text.map((word) => this.#numbers.get(word)).filter((number) => number !== undefined);
  }
}

/** The model with a prompt in mind; gives the next word for any beginning of an answer. */
export class Reading {
  readonly #base: NgramModel;
  readonly #adapted: NgramModel;
  readonly #topics: Topics;
  readonly #direction: Float32Array;
  readonly #probabilities: Float64Array;
  readonly #adaptedProbabilities: Float64Array;
  readonly #logits: Float64Array;

  constructor(size: number, base: NgramModel, adapted: NgramModel, topics: Topics, direction: Float32Array) {
    this.#base = base;
    this.#adapted = adapted;
    this.#topics = topics;
    this.#direction = direction;
    this.#probabilities = new Float64Array(size);
    this.#adaptedProbabilities = new Float64Array(size);
    this.#logits = new Float64Array(size);
  }

  /** Draws the word after `answer` (which starts with the boundary) and tells its log probability under the model. */
  next(answer: readonly number[], sampling: Sampling): { word: number; logProbability: number } {
    const probabilities = this.#probabilities;
    this.#mix(answer.slice(-CONTEXT_WORDS));
    const logits = this.#logits;
    for (let word = 0; word < logits.length; word++) logits[word] = Math.log(probabilities[word] as number);
    this.#topics.steer(logits, this.#direction, TOPIC_STRENGTH);
    for (const word of answer.slice(-REPETITION_WINDOW)) {
      if (word !== BOUNDARY) logits[word] = (logits[word] as number) - REPETITION_PENALTY;
    }
    const word = draw(logits, sampling);
    return { word, logProbability: Math.log(probabilities[word] as number) };
  }

  #mix(history: readonly number[]): void {
    this.#base.distribution(history, this.#probabilities);
    if (this.#adapted.isEmpty) return;
    this.#adapted.distribution(history, this.#adaptedProbabilities);
    for (let word = 0; word < this.#probabilities.length; word++) {
      const adapted = this.#adaptedProbabilities[word] as number;
      this.#probabilities[word] = PROMPT_SHARE * adapted + (1 - PROMPT_SHARE) * (this.#probabilities[word] as number);
    }
  }
}

/** Nucleus sampling: softmax at the temperature, then a draw among the likeliest words that hold `topP`. */
function draw(logits: Float64Array, { temperature, topP, random }: Sampling): number {
  const order = Array.from(logits.keys()).sort((a, b) => (logits[b] as number) - (logits[a] as number));
  const best = order[0] as number;
  if (temperature === 0) return best;
  const top = logits[best] as number;
  const weights = order.map((word) => Math.exp(((logits[word] as number) - top) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let nucleus = 0;
  let held = 0;
  while (held < topP * total && nucleus < weights.length) held += weights[nucleus++] as number;
  let left = random() * held;
  for (let i = 0; i < nucleus; i++) {
    left -= weights[i] as number;
    if (left < 0) return order[i] as number;
  }
  return best;
}
