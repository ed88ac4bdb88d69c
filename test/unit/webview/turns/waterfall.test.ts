import assert from "node:assert/strict";
import { axis, share, stretch, tickLabel, waitSpan } from "../../../../webview/dashboard/turns/axis.ts";
import { barLooks, barName, barTexts } from "../../../../webview/dashboard/turns/bars.ts";
import { placeMarks } from "../../../../webview/dashboard/turns/marks.ts";
import { placeText } from "../../../../webview/dashboard/turns/placeText.ts";
import { curve, peak } from "../../../../webview/dashboard/turns/strips.ts";
import { bar, chat, detail, turn } from "../support/turns.ts";

const WIDTH = 600;

describe("The axis of a waterfall", () => {
  it("reaches from the first bar to the last, with zero on a tick", () => {
    const all = detail(turn({ duration: 6 }), {
      bars: [bar({ start: -1, duration: 1 }), bar({ start: 0, duration: 7 })],
    });
    const x = axis(all, WIDTH, false);
    assert.ok(x.from <= -1 && x.to >= 7);
    assert.ok(x.ticks.includes(0));
    assert.ok(x.ticks.every((t) => t >= x.from && t <= x.to));
    assert.equal(tickLabel(-1, x), "−1 s");
  });

  it("gives long speech before zero no more than its share, and says that a bar is cut", () => {
    const x = axis(detail(turn(), { bars: [bar({ start: -60, duration: 60 })] }), WIDTH, false);
    assert.ok(share(x, 0) < 0.35, `${share(x, 0)}`);
    const cut = stretch(x, -60, 60);
    assert.ok(cut?.cut && cut.left === 0);
    assert.equal(stretch(x, -60, 1), undefined);
  });

  it("shows the wait alone when it is looked at closely", () => {
    const all = detail(turn({ duration: 60 }), { bars: [bar({ duration: 60 })] });
    assert.ok(axis(all, WIDTH, false).to > 60);
    const { to, ticks } = axis(all, WIDTH, true);
    assert.ok(to > 1.6 && to < 2);
    assert.ok(ticks.length > 3);
  });

  it("makes a little room for the words of the last bar, and stands without any time at all", () => {
    const all = detail(turn(), { bars: [bar({ duration: 4 })] });
    const plain = axis(all, WIDTH, false);
    const wider = axis(all, WIDTH, false, [{ end: 4, room: 120 }]);
    assert.ok(wider.to > plain.to);
    assert.equal(axis(all, WIDTH, false, [{ end: 4, room: 590 }]).to, plain.to);
    assert.ok(axis(detail(turn({ duration: 0, heardSilence: 0 })), 0, false).to > 0);
  });

  it("has its ticks in milliseconds when they are close", () => {
    const x = axis(detail(chat({ duration: 0.4 })), WIDTH, false);
    assert.ok(x.ticks.map((t) => tickLabel(t, x)).includes("50 ms"));
  });

  it("knows where the wait lies: the silence from zero, the first token from the start", () => {
    assert.deepEqual(waitSpan(detail(turn())), { kind: "silence", duration: 1.6, from: 0, to: 1.6 });
    assert.deepEqual(waitSpan(detail(chat())), { kind: "token", duration: 0.5, from: 0, to: 0.5 });
    const { heardSilence: _, ...mute } = turn();
    assert.equal(waitSpan(detail(mute)), undefined);
  });
});

describe("The bars of a waterfall", () => {
  it("say first token and rate, or how they ended", () => {
    const answered = bar({ duration: 2.61, timeToFirstToken: 0.61, outputTokens: 100 });
    assert.equal(barTexts(answered)[0], "first token 610 ms, then 100 tokens at 50.0/s");
    assert.equal(barTexts(bar({ timeToFirstToken: 0.5 }))[0], "first token 500 ms, whole 1.00 s");
    assert.equal(barTexts(bar({ outputTokens: 1200 }))[0], "1.00 s, 1,200 tokens");
    assert.equal(barTexts(bar({ queryType: "tts" }))[0], "1.00 s");
    assert.equal(barTexts(bar({ outcome: "error", errorType: "TimeoutError" }))[0], "TimeoutError after 1.00 s");
    assert.equal(barTexts(bar({ outcome: "cancelled" }))[0], "cancelled after 1.00 s");
  });

  it("are named in words, models and tools in code", () => {
    assert.deepEqual(barName(bar({ model: "llama3.2:3b" })), { word: "Talker", code: "llama3.2:3b" });
    assert.deepEqual(barName(bar({ queryType: "tool", label: "calendar.lookup" })), {
      word: "Tool",
      code: "calendar.lookup",
    });
    assert.deepEqual(barName(bar({ queryType: "tool", label: "Tool 2" })), { word: "Tool 2" });
    assert.deepEqual(barName(bar({ queryType: "embedding", label: "embed query", model: "bge" })), {
      word: "embed query",
    });
  });

  it("have the hue of their identity, and of what they lie in", () => {
    const looks = barLooks([
      bar({ queryType: "rag_search" }),
      bar({ queryType: "embedding", depth: 1 }),
      bar({ queryType: "thinker" }),
      bar({ queryType: "tool" }),
      bar({ queryType: "answer", model: "qwen3" }),
      bar({ queryType: "endpointing" }),
    ]);
    assert.deepEqual(
      looks.map(({ hue, soft }) => `${hue}${soft ? " soft" : ""}`),
      ["green", "green soft", "purple", "neutral soft", "blue", "neutral"],
    );
  });

  it("have their words to the right, else to the left, else shorter, else over their end", () => {
    const texts = ["a long text about it", "short"] as const;
    assert.deepEqual(placeText([...texts], { left: 0, right: 100 }, WIDTH), { text: texts[0], side: "right", x: 106 });
    assert.deepEqual(placeText([...texts], { left: 400, right: 590 }, WIDTH), { text: texts[0], side: "left", x: 394 });
    assert.equal(placeText([...texts], { left: 20, right: 550 }, WIDTH).text, "short");
    assert.equal(placeText([...texts], { left: 0, right: 599 }, WIDTH).side, "over");
  });
});

describe("Marks and strips", () => {
  it("stack flags that would cover each other, within the plot", () => {
    const x = { from: 0, to: 10, ticks: [] };
    const marks = [
      { name: "first_audio", time: 1 },
      { name: "end_of_utterance", time: 1.1 },
      { name: "done", time: 10 },
    ];
    const placed = placeMarks(marks, x, WIDTH);
    assert.deepEqual(
      placed.map(({ name, row }) => [name, row]),
      [
        ["first audio", 0],
        ["end of utterance", 1],
        ["done", 0],
      ],
    );
    assert.ok(placed.every(({ left }) => left >= 0 && left < WIDTH - 20));
  });

  it("draw nothing through missing readings, and tell the highest within sight", () => {
    const x = { from: 0, to: 10, ticks: [] };
    const points = [0, 1, 2, 8, 9, 30].map((time) => ({ time: 100 + time, value: time === 30 ? 9 : time / 1000 }));
    const { line } = curve({ label: "Event loop delay", unit: "s", points }, x, 100);
    assert.equal(line.split("M").length - 1, 3);
    assert.equal(peak({ label: "Event loop delay", unit: "s", points }, x, 100), "9.00 ms");
    assert.equal(peak({ label: "CPU", unit: "1", points: [] }, x, 100), undefined);
  });
});
