/** Cuts a stream of text into sentences, so that each can be spoken while the next is written. */
export class SentenceCutter {
  readonly #onSentence: (sentence: string) => void;
  #text = "";

  constructor(onSentence: (sentence: string) => void) {
    this.#onSentence = onSentence;
  }

  add(text: string): void {
    this.#text += text;
    for (let end = sentenceEnd(this.#text); end > 0; end = sentenceEnd(this.#text)) {
      this.#hand(this.#text.slice(0, end));
      this.#text = this.#text.slice(end);
    }
  }

  /** Hands on what is left, as a sentence of its own. */
  end(): void {
    this.#hand(this.#text);
    this.#text = "";
  }

  #hand(sentence: string): void {
    if (/[\p{L}\p{N}]/u.test(sentence)) this.#onSentence(sentence.trim());
  }
}

/** The index after the first sentence, once something that is not a part of it follows. */
function sentenceEnd(text: string): number {
  const end = /[.!?]+(?=\s)|\n\n/.exec(text);
  return end ? end.index + end[0].length : 0;
}
