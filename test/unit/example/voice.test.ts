import assert from "node:assert/strict";
import { findUtterance } from "../../../examples/agent/src/voice/endpointing.ts";
import { SentenceCutter } from "../../../examples/agent/src/voice/sentences.ts";
import { formatWav, parseWav } from "../../../examples/agent/src/voice/wav.ts";
import { type AgentProcess, eventsOf, json, post, recording, startAgentProcess } from "./agentProcess.ts";

const SAMPLE_RATE = 16_000;

describe("the example agent's voice", function () {
  this.timeout(20_000);
  let agent: AgentProcess;
  before(async () => {
    agent = await startAgentProcess();
  });
  after(() => agent.kill());

  it("answers a recording in speech, sentence by sentence", async () => {
    const { events, summary } = await eventsOf(await post(agent.url, "/voice", recording("hello")));
    const spoken = events.filter(({ event }) => event === "audio").map(({ data }) => JSON.parse(data).wav);
    assert.ok(spoken.length > 0);
    for (const wav of spoken) {
      assert.ok(findUtterance(parseWav(Buffer.from(wav, "base64"))), "somebody speaks in the answer");
    }
    assert.equal(summary.outcome, "ok");
    for (const queryType of ["endpointing", "stt", "rag_search", "talker"] as const)
      assert.ok(summary[queryType], queryType);
    assert.equal(summary.tts?.length, spoken.length);
  });

  it("answers with one WAV file where that is asked for", async () => {
    const response = await post(agent.url, "/voice", recording("first-token"), { accept: "audio/wav" });
    assert.equal(response.headers.get("content-type"), "audio/wav");
    const summary = JSON.parse(response.headers.get("turn-summary") ?? "{}");
    assert.equal(summary.outcome, "ok");
    assert.ok(findUtterance(parseWav(Buffer.from(await response.arrayBuffer()))));
  });

  const silence = formatWav({ sampleRate: SAMPLE_RATE, samples: new Float32Array(SAMPLE_RATE) });
  const failures: { what: string; body: Buffer; status: number; stage: string; reason: string }[] = [
    { what: "silence", body: silence, status: 422, stage: "endpointing", reason: "silence" },
    {
      what: "a file that is no WAV",
      body: Buffer.from("RIFFsomething"),
      status: 400,
      stage: "endpointing",
      reason: "damaged-wav",
    },
    {
      what: "a WAV that breaks off",
      body: recording("hello").subarray(0, 9999),
      status: 400,
      stage: "endpointing",
      reason: "damaged-wav",
    },
    { what: "an empty body", body: Buffer.alloc(0), status: 400, stage: "endpointing", reason: "damaged-wav" },
    { what: "8-bit audio", body: eightBit(), status: 415, stage: "endpointing", reason: "unsupported-wav" },
    { what: "an unknown recording", body: tone(), status: 422, stage: "stt", reason: "no-transcript" },
  ];
  for (const { what, body, status, stage, reason } of failures) {
    it(`fails on ${what}, with stage and reason`, async () => {
      const response = await post(agent.url, "/voice", body);
      assert.equal(response.status, status);
      const { error } = await json(response);
      assert.deepEqual({ stage: error.stage, reason: error.reason }, { stage, reason });
      assert.ok(error.message.length > 20);
    });
  }
});

describe("endpointing", () => {
  it("finds where somebody speaks", () => {
    const utterance = findUtterance(parseWav(recording("thinker")));
    assert.ok(utterance);
    assert.ok(utterance.start > 0.2 && utterance.start < 0.7, `starts at ${utterance.start} s`);
    assert.ok(utterance.end > 1.5 && utterance.end < 2.2, `ends at ${utterance.end} s`);
    assert.ok(utterance.quality > 0.5);
  });

  it("ends the utterance at the first long pause", () => {
    const { sampleRate, samples } = parseWav(recording("hello"));
    const twice = new Float32Array(samples.length * 2);
    twice.set(samples);
    twice.set(samples, samples.length);
    const once = findUtterance({ sampleRate, samples });
    assert.equal(findUtterance({ sampleRate, samples: twice })?.end, once?.end);
  });

  it("hears nobody in silence, steady noise or a click", () => {
    const second = new Float32Array(SAMPLE_RATE);
    assert.equal(findUtterance({ sampleRate: SAMPLE_RATE, samples: second }), undefined);
    const noise = second.map((_, i) => Math.sin(i * i) * 0.2);
    assert.equal(findUtterance({ sampleRate: SAMPLE_RATE, samples: noise }), undefined);
    const click = second.map((_, i) => (i > 8000 && i < 8200 ? 0.9 : 0));
    assert.equal(findUtterance({ sampleRate: SAMPLE_RATE, samples: click }), undefined);
    assert.equal(findUtterance({ sampleRate: SAMPLE_RATE, samples: new Float32Array(0) }), undefined);
  });
});

describe("sentences for speech", () => {
  it("are cut from a stream as soon as they are complete", () => {
    const heard: string[] = [];
    const cutter = new SentenceCutter((sentence) => heard.push(sentence));
    for (const piece of ["It takes 2.5", " seconds", ".", " Then"]) cutter.add(piece);
    assert.deepEqual(heard, ["It takes 2.5 seconds."]);
    for (const piece of [" it", " ends", "\n\n", "Thinking"]) cutter.add(piece);
    cutter.end();
    assert.deepEqual(heard, ["It takes 2.5 seconds.", "Then it ends", "Thinking"]);
  });
});

function tone(): Buffer {
  const samples = new Float32Array(SAMPLE_RATE).map((_, i) => (i > 5000 && i < 10_000 ? Math.sin(i / 10) / 2 : 0));
  return formatWav({ sampleRate: SAMPLE_RATE, samples });
}

function eightBit(): Buffer {
  const wav = tone();
  wav.writeUInt16LE(8, 34);
  return wav;
}
