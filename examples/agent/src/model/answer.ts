/** Answers from the language model: one draft as it comes, or the best of several. */
import { setImmediate } from "node:timers/promises";
import { BOUNDARY, type LanguageModel, type Prompt, type Reading, type Sampling } from "./languageModel.ts";
import { contentWords, spaced } from "./text.ts";

/** How much sharing words with the question and its context counts against being likely. */
const OVERLAP_WEIGHT = 4;

export interface AnswerOptions extends Sampling {
  /** Drafts to write; with more than one the best is ranked first and told afterwards. */
  drafts: number;
  /** The answer ends at the first end of a sentence after this many words. */
  enoughWords: number;
  maxTokens: number;
  signal: AbortSignal;
}

export interface AnswerEnd {
  finishReason: "stop" | "length";
  /** Words of the answer itself. */
  tokens: number;
  /** Words of the drafts that were written but not told. */
  discardedTokens: number;
}

interface Draft {
  pieces: string[];
  logProbability: number;
  finishReason: AnswerEnd["finishReason"];
}

/** Yields the answer piece by piece and returns how it ended; between two words other requests get their turn. */
export async function* answer(
  model: LanguageModel,
  prompt: Prompt,
  options: AnswerOptions,
): AsyncGenerator<string, AnswerEnd> {
  const reading = model.read(prompt);
  if (options.drafts === 1) {
    const only = yield* draft(model, reading, options);
    return { finishReason: only.finishReason, tokens: only.pieces.length, discardedTokens: 0 };
  }
  const drafts: Draft[] = [];
  for (let i = 0; i < options.drafts; i++) drafts.push(await finished(draft(model, reading, options)));
  const wanted = contentWords(`${prompt.question} ${prompt.context}`);
  const score = new Map(drafts.map((each) => [each, rank(each, wanted)]));
  drafts.sort((a, b) => (score.get(b) as number) - (score.get(a) as number));
  const [best, ...others] = drafts as [Draft, ...Draft[]];
  yield* best.pieces;
  const discardedTokens = others.reduce((sum, other) => sum + other.pieces.length, 0);
  return { finishReason: best.finishReason, tokens: best.pieces.length, discardedTokens };
}

async function* draft(model: LanguageModel, reading: Reading, options: AnswerOptions): AsyncGenerator<string, Draft> {
  const sequence: number[] = [BOUNDARY];
  const result: Draft = { pieces: [], logProbability: 0, finishReason: "length" };
  let previous: string | undefined;
  for (let step = 0; step < options.maxTokens; step++) {
    await setImmediate();
    options.signal.throwIfAborted();
    const { word, logProbability } = reading.next(sequence, options);
    sequence.push(word);
    result.logProbability += logProbability;
    if (word === BOUNDARY) {
      if (result.pieces.length < options.enoughWords) continue;
      result.finishReason = "stop";
      break;
    }
    const text = model.words[word] as string;
    const piece = spaced(text, previous);
    previous = text;
    result.pieces.push(piece);
    yield piece;
  }
  return result;
}

async function finished(pieces: AsyncGenerator<string, Draft>): Promise<Draft> {
  let step = await pieces.next();
  while (!step.done) step = await pieces.next();
  return step.value;
}

/** Higher is better: likely word by word, on the question's topic, and not saying the same twice. */
function rank({ pieces, logProbability }: Draft, wanted: ReadonlySet<string>): number {
  const said = contentWords(pieces.join(""));
  const overlap = [...said].filter((word) => wanted.has(word)).length / Math.max(1, said.size);
  return logProbability / Math.max(1, pieces.length) + OVERLAP_WEIGHT * overlap * (said.size / pieces.length);
}
