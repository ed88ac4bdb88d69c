/** How a turn reaches the client: server-sent events as they come, or one WAV file at the end. */
import type { ServerResponse } from "node:http";
import type { Piece } from "./assistant.ts";
import { HttpError, sendError, startEvents } from "./http.ts";
import { formatEvent } from "./sse.ts";
import type { TurnSummary } from "./turnSummary.ts";
import { type Audio, formatWav, parseWav } from "./voice/wav.ts";

export interface Reply {
  say(piece: Piece): void;
  /** A spoken sentence, as a WAV file. */
  speak(wav: Buffer): void;
  /** The last word: what the turn took, and how it ended. */
  end(summary: TurnSummary): void;
}

/** Events `token` and `audio` (WAV in base64), then `done` or `error` with the turn's summary. */
export class EventReply implements Reply {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
    startEvents(response);
    response.flushHeaders();
  }

  say(piece: Piece): void {
    this.#response.write(formatEvent(piece, "token"));
  }

  speak(wav: Buffer): void {
    this.#response.write(formatEvent({ wav: wav.toString("base64") }, "audio"));
  }

  end(summary: TurnSummary): void {
    this.#response.end(formatEvent(summary, summary.outcome === "ok" ? "done" : "error"));
  }
}

/** All that was spoken in one file; the summary is the header `turn-summary`. */
export class WavReply implements Reply {
  readonly #response: ServerResponse;
  readonly #spoken: Audio[] = [];

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  say(): void {}

  speak(wav: Buffer): void {
    this.#spoken.push(parseWav(wav));
  }

  end(summary: TurnSummary): void {
    const [first] = this.#spoken;
    if (summary.outcome !== "ok" || !first) {
      sendError(this.#response, new HttpError(502, summary.error ?? "nothing was said", { summary }));
      return;
    }
    const samples = Float32Array.from(this.#spoken.flatMap((audio) => [...audio.samples]));
    this.#response.writeHead(200, { "content-type": "audio/wav", "turn-summary": JSON.stringify(summary) });
    this.#response.end(formatWav({ sampleRate: first.sampleRate, samples }));
  }
}
