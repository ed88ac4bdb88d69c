/** The text prompt in the terminal: every line of standard input is a turn. */
import { createInterface } from "node:readline";
import { styleText } from "node:util";
import type { Agent } from "./agent.ts";
import { MeasuredTurn } from "./measuredTurn.ts";
import { queryTypes, type TurnSummary } from "./turnSummary.ts";

/** Answers line by line until standard input ends; the agent serves on without it. */
export async function promptLoop({ assistant, monitor }: Agent): Promise<void> {
  const { stdin, stdout } = process;
  // The terminal edits the line by itself, so that Ctrl+C stays a signal.
  const lines = createInterface({
    input: stdin,
    terminal: false,
    ...(stdin.isTTY ? { output: stdout, prompt: "> " } : {}),
  });
  if (stdin.isTTY) lines.prompt();
  for await (const line of lines) {
    if (line.trim() !== "") await answer(line.trim(), assistant, monitor);
    if (stdin.isTTY) lines.prompt();
  }
}

async function answer(text: string, assistant: Agent["assistant"], monitor: Agent["monitor"]): Promise<void> {
  const { signal } = new AbortController();
  const turn = new MeasuredTurn(monitor, signal);
  try {
    await assistant.answer({ text, session: "terminal" }, turn, (piece) => process.stdout.write(piece.text), signal);
    process.stdout.write(`\n${styleText("dim", figures(turn.end()))}\n`);
  } catch (error) {
    process.stdout.write(`\n${styleText("red", turn.end(error).error ?? "the turn failed")}\n`);
  }
}

function figures(summary: TurnSummary): string {
  const measured = queryTypes.flatMap((queryType) => {
    const measure = [summary[queryType] ?? []].flat()[0];
    return measure ? [`${queryType} ${Math.round(measure.duration * 1000)} ms`] : [];
  });
  return measured.join(" · ");
}
