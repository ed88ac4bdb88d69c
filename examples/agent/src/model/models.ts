/** The models that the embedded server offers: one language model, asked for more or less work. */

export interface ModelSettings {
  /** Drafts written for an answer. */
  drafts: number;
  /** An answer ends with the sentence in which it reaches this many words. */
  enoughWords: number;
  /** Default of `max_tokens`. */
  maxTokens: number;
}

export const TALKER = "example-talker";
export const THINKER = "example-thinker";

export const models: Readonly<Record<string, ModelSettings>> = {
  [TALKER]: { drafts: 1, enoughWords: 32, maxTokens: 80 },
  [THINKER]: { drafts: 8, enoughWords: 60, maxTokens: 140 },
};
