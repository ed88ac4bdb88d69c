/** One turn of the conversation: search the notes, let the Talker answer at once, then the Thinker where it pays. */
import { chatCompletion, type Message } from "./chatCompletion.ts";
import type { Passage } from "./documents.ts";
import type { MeasuredTurn } from "./measuredTurn.ts";
import type { ModelServer } from "./modelServer.ts";
import type { Sessions } from "./sessions.ts";

const TALKER_INSTRUCTIONS = "You are a friendly local assistant. Reply in two sentences, with what these notes say.";
const THINKER_INSTRUCTIONS = "You are a careful local assistant. Reply in full, with what these notes say.";
/** A question of so many words is worth the Thinker's time. */
const LONG_QUESTION = 25;

export interface Question {
  text: string;
  session: string;
  /** Whether the Thinker is asked too; by default the question decides. */
  mode?: "talker" | "thinker";
}

export interface Piece {
  from: "talker" | "thinker";
  text: string;
}

export class Assistant {
  readonly #search: (question: string) => Passage[];
  readonly #server: ModelServer;
  readonly #sessions: Sessions;

  constructor(search: (question: string) => Passage[], server: ModelServer, sessions: Sessions) {
    this.#search = search;
    this.#server = server;
    this.#sessions = sessions;
  }

  /** Answers, handing on every piece of text as it comes. */
  async answer(
    question: Question,
    turn: MeasuredTurn,
    say: (piece: Piece) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const found = await turn.measure("rag_search", () => this.#search(question.text));
    const notes = found.map(({ title, heading, text }) => `## ${title}: ${heading}\n\n${text}`).join("\n\n");
    const history = this.#sessions.history(question.session).flatMap(asMessages);
    const ask = async (from: Piece["from"], messages: Message[]): Promise<string> =>
      turn.measure(from, async (response) => {
        const model = this.#server[from];
        response.model(model);
        let answer = "";
        const pieces = chatCompletion(this.#server, model, messages, signal);
        let step = await pieces.next();
        for (; !step.done; step = await pieces.next()) {
          if (answer === "") response.firstToken();
          answer += step.value;
          say({ from, text: step.value });
        }
        if (step.value) response.tokens(step.value);
        return answer;
      });

    let answer = await ask("talker", [
      { role: "system", content: `${TALKER_INSTRUCTIONS}\n\n${notes}` },
      ...history,
      { role: "user", content: question.text },
    ]);
    if ((question.mode ?? modeFor(question.text)) === "thinker") {
      say({ from: "talker", text: "\n\n" });
      answer = await ask("thinker", [
        { role: "system", content: `${THINKER_INSTRUCTIONS}\n\n${notes}` },
        ...history,
        { role: "user", content: question.text },
        { role: "assistant", content: answer },
        { role: "user", content: `Think about it again, and reply in full: ${question.text}` },
      ]);
    }
    this.#sessions.remember(question.session, { question: question.text, answer });
  }
}

/** Reasons, ways and comparisons want thinking, and so do long questions. */
function modeFor(question: string): "talker" | "thinker" {
  const hard = /\b(why|how|compare|comparison|explain|difference)\b/i.test(question);
  return hard || question.trim().split(/\s+/).length > LONG_QUESTION ? "thinker" : "talker";
}

function asMessages({ question, answer }: { question: string; answer: string }): Message[] {
  return [
    { role: "user", content: question },
    { role: "assistant", content: answer },
  ];
}
