import assert from "node:assert/strict";
import type { History, HistoryQuery } from "../../../src/model/series.ts";
import { HistoryFeed, type Wish } from "../../../webview/dashboard/history/historyFeed.ts";
import { NOW } from "./support/state.ts";

const query: HistoryQuery = { agent: "voice-agent", from: NOW - 3600, to: NOW, points: 800 };
const wish = (name: string, more: Partial<Wish> = {}): Wish => ({ name, query, ...more });
const history = (more: Partial<History> = {}): History => ({
  ...{ agent: "voice-agent", source: "a store", from: NOW - 3600, to: NOW },
  ...{ series: [], latency: [], events: [], runs: [] },
  ...more,
});

describe("The feed of history", () => {
  const opened = () => {
    const asked: HistoryQuery[] = [];
    const feed = new HistoryFeed((question) => asked.push(question));
    return { feed, asked };
  };

  it("asks once for what stands still", () => {
    const { feed, asked } = opened();
    feed.want(wish("1 h"), NOW);
    feed.want(wish("1 h"), NOW + 1);
    feed.take({ kind: "history", id: 1, history: history() });
    feed.want(wish("1 h"), NOW + 100);
    assert.equal(asked.length, 1);
    assert.ok(feed.current);
  });

  it("asks again at its pace for what moves, and never while an answer is awaited", () => {
    const { feed, asked } = opened();
    const moving = wish("5 min", { pace: 5 });
    feed.want(moving, NOW);
    feed.want(moving, NOW + 20);
    assert.equal(asked.length, 1);
    feed.take({ kind: "history", id: 1, history: history() });
    feed.want(moving, NOW + 4);
    assert.equal(asked.length, 1);
    feed.want(moving, NOW + 5);
    assert.equal(asked.length, 2);
  });

  it("takes no answer older than the latest question", () => {
    const { feed } = opened();
    feed.want(wish("24 h"), NOW);
    feed.want(wish("1 h"), NOW + 1);
    assert.equal(feed.take({ kind: "history", id: 1, history: history({ source: "old" }) }), false);
    assert.equal(feed.current, false);
    assert.equal(feed.take({ kind: "history", id: 2, history: history({ source: "new" }) }), true);
    assert.equal(feed.history?.source, "new");
  });

  it("keeps what it has while something finer is awaited, but nothing of another agent", () => {
    const { feed } = opened();
    feed.want(wish("1 h"), NOW);
    feed.take({ kind: "history", id: 1, history: history() });
    feed.want(wish("zoomed"), NOW + 1);
    assert.ok(feed.history);
    assert.equal(feed.current, false);
    feed.want({ name: "other", query: { ...query, agent: "other" } }, NOW + 2);
    assert.equal(feed.history, undefined);
  });

  it("holds a failure until it is asked to try again, or a moving range's time has come", () => {
    const { feed, asked } = opened();
    feed.want(wish("1 h"), NOW);
    feed.take({ kind: "history", id: 1, error: "No." });
    feed.want(wish("1 h"), NOW + 60);
    assert.deepEqual([asked.length, feed.error], [1, "No."]);
    feed.retry();
    feed.want(wish("1 h"), NOW + 61);
    assert.equal(asked.length, 2);
    feed.want(wish("5 min", { pace: 1 }), NOW + 62);
    feed.take({ kind: "history", id: 3, error: "No." });
    feed.want(wish("5 min", { pace: 1 }), NOW + 65);
    assert.equal(asked.length, 3);
    feed.want(wish("5 min", { pace: 1 }), NOW + 75);
    assert.equal(asked.length, 4);
  });
});
