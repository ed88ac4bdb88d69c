/** POST /voice: a spoken question as a WAV file, answered in speech. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Monitor } from "../agent-vitals.mjs";
import type { Assistant } from "./assistant.ts";
import { clientGone, HttpError, readBody } from "./http.ts";
import { MeasuredTurn } from "./measuredTurn.ts";
import { EventReply, type Reply, WavReply } from "./reply.ts";
import { findUtterance, type Utterance } from "./voice/endpointing.ts";
import { SentenceCutter } from "./voice/sentences.ts";
import type { Speech } from "./voice/speech.ts";
import { type Audio, parseWav, WavError } from "./voice/wav.ts";

const MAX_BODY = 10 * 1024 * 1024;

export interface VoiceParts {
  assistant: Assistant;
  monitor: Monitor;
  speech: Speech;
  /** The text of a recording, where it is known. */
  transcribe: (audio: Audio) => string | undefined;
}

/** A voice turn that failed at a stage; the client is told, and it is counted by stage and reason. */
class VoiceFailure extends HttpError {
  override readonly name = "VoiceFailure";
  readonly stage: string;
  readonly reason: string;

  constructor(status: number, stage: string, reason: string, message: string) {
    super(status, message, { stage, reason });
    this.stage = stage;
    this.reason = reason;
  }
}

export async function voice(request: IncomingMessage, response: ServerResponse, parts: VoiceParts): Promise<void> {
  const { monitor } = parts;
  const file = await readBody(request, MAX_BODY);
  const session = new URL(request.url ?? "/", "http://localhost").searchParams.get("session") ?? "voice";
  const signal = clientGone(response);
  const turn = new MeasuredTurn(monitor, signal);
  let reply: Reply | undefined;
  try {
    const { audio, utterance } = await turn.measure("endpointing", () => listen(file));
    const ended = performance.now();
    turn.mark("end_of_utterance");
    const text = await turn.measure("stt", () => transcript(audio, parts));
    reply = request.headers.accept?.includes("audio/wav") ? new WavReply(response) : new EventReply(response);
    let latency: number | undefined;
    await speakAnswer({ text, session }, turn, parts, reply, signal, () => {
      turn.mark("first_audio");
      latency = performance.now() - ended;
    });
    const quality = utterance.quality;
    monitor.trackVoiceReliability(true, latency === undefined ? { quality } : { quality, latency });
    reply.end(turn.end());
  } catch (error) {
    const summary = turn.end(error);
    if (summary.outcome === "error") monitor.trackVoiceReliability(false, blame(error));
    if (!reply) throw error;
    reply.end(summary);
  }
}

function listen(file: Buffer): { audio: Audio; utterance: Utterance } {
  let audio: Audio;
  try {
    audio = parseWav(file);
  } catch (error) {
    if (!(error instanceof WavError)) throw error;
    throw new VoiceFailure(error.reason === "unsupported-wav" ? 415 : 400, "endpointing", error.reason, error.message);
  }
  const utterance = findUtterance(audio);
  if (utterance) return { audio, utterance };
  const seconds = (audio.samples.length / audio.sampleRate).toFixed(1);
  throw new VoiceFailure(422, "endpointing", "silence", `nobody speaks in these ${seconds} s: speak louder or closer`);
}

function transcript(audio: Audio, { transcribe }: VoiceParts): string {
  const text = transcribe(audio);
  if (text !== undefined) return text;
  const hint = "put it into voices/ as NAME.wav with its words in NAME.txt, and start the agent again";
  throw new VoiceFailure(422, "stt", "no-transcript", `there is no transcript of this recording: ${hint}`);
}

/** Speaks every sentence as soon as it is complete, one after the other, while the model writes on. */
async function speakAnswer(
  question: { text: string; session: string },
  turn: MeasuredTurn,
  { assistant, speech }: VoiceParts,
  reply: Reply,
  signal: AbortSignal,
  onFirstAudio: () => void,
): Promise<void> {
  let spoken = 0;
  let speaking: Promise<void> = Promise.resolve();
  const cutter = new SentenceCutter((sentence) => {
    speaking = speaking.then(async () => {
      signal.throwIfAborted();
      reply.speak(await turn.measure("tts", () => speech.speak(sentence)));
      if (spoken++ === 0) onFirstAudio();
    });
    // Awaited below; until then a failure must not count as unhandled.
    speaking.catch(() => {});
  });
  const say = (piece: Parameters<Reply["say"]>[0]) => {
    reply.say(piece);
    cutter.add(piece.text);
  };
  await assistant.answer(question, turn, say, signal);
  cutter.end();
  await speaking;
}

function blame(error: unknown): { stage: string; reason: string } {
  if (error instanceof VoiceFailure) return { stage: error.stage, reason: error.reason };
  const name = error instanceof Error ? error.name : "unknown";
  return { stage: name === "SpeechError" ? "tts" : "llm", reason: name };
}
