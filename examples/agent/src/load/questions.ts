/** What the users of the load ask: easy and hard questions in a mix, two easy ones for each hard one. */
const easy = [
  "What is time to first token?",
  "What makes the first token late?",
  "Which model server is the easiest to start with?",
  "When should the Thinker be asked?",
  "What is a good size for a passage?",
  "What ends an utterance?",
  "Where do instructions belong in the prompt?",
  "Which timeout suits a Talker?",
  "What does a leak look like?",
  "What is the p95?",
  "Does quantization make a model worse?",
  "Can people interrupt the assistant?",
  "Do tools need a timeout?",
  "Should logs hold prompts?",
];
const hard = [
  "Why is the Thinker slower than the Talker?",
  "How do I find a memory leak in my assistant?",
  "Compare keyword search and vector search.",
  "Explain why an average hides slow turns.",
  "How should an assistant behave when its model server is down?",
  "Why does the length of the pause matter in endpointing?",
  "How do two models share one machine?",
];

/** The question of turn `number`, the same in every run. */
export function questionFor(number: number): string {
  const [questions, index] =
    number % 3 === 2 ? [hard, Math.floor(number / 3)] : [easy, number - Math.floor(number / 3)];
  return questions[index % questions.length] as string;
}
