/** Text in and out of the language model: Markdown to sentences, sentences to words, words back to text. */

const WORD = /[\p{L}\p{N}]+(?:['’.\-/%][\p{L}\p{N}]+)*%?|[.,;:!?()]/gu;
const STOP_WORDS = new Set(
  (
    "a about after all also an and any are as at be because been before but by can could did do does for from get give " +
    "had has have how i if in into is it its just let like make many may me more most much my no not of on one only or " +
    "other our out over own same should so some such tell than that the their them then there these they this those to " +
    "too up use very was we were what when where which while who why will with would you your"
  ).split(" "),
);

/** The prose of a Markdown text as sentences; code blocks, headings and markup are left out. */
export function sentences(markdown: string): string[] {
  const prose = markdown
    .replace(/^```[\s\S]*?^```/gm, "")
    .replace(/^#.*$/gm, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/^\s*(?:[-*]|\d+\.)\s+/gm, "\n\n")
    .replace(/[`*_]/g, "");
  return prose
    .split(/\n\s*\n/)
    .flatMap((paragraph) =>
      paragraph
        .replace(/\s+/g, " ")
        .trim()
        .split(/(?<=[.!?])\s+(?=\p{Lu})/u),
    )
    .filter((sentence) => sentence !== "");
}

/** Words and punctuation marks, in order; case is kept. */
export function words(text: string): string[] {
  return text.match(WORD) ?? [];
}

/** The lower-cased words that carry meaning, each once. */
export function contentWords(text: string): Set<string> {
  const found = words(text).map((word) => word.toLowerCase());
  return new Set(found.filter((word) => /^[\p{L}\p{N}]/u.test(word) && !STOP_WORDS.has(word)));
}

/** True for words that say little about a text's topic. */
export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word.toLowerCase());
}

/** The text that a word adds after `previous`: with a space before it where English wants one. */
export function spaced(word: string, previous: string | undefined): string {
  return previous === undefined || previous === "(" || /^[.,;:!?)]$/.test(word) ? word : ` ${word}`;
}
