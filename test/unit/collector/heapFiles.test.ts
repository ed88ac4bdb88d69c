import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CollectorConnection } from "../../../src/collector/client.ts";
import { AskHeap, CloseHeap, HeapFileProgress, OpenHeap } from "../../../src/collector/protocol.ts";
import { until } from "../../support/until.ts";
import { GrowingSnapshots } from "../heap/growing.ts";
import { Workplace } from "../support/workplace.ts";

describe("heap files by the collector", function () {
  this.timeout(60_000);
  const snapshots = new GrowingSnapshots();
  let place: Workplace;
  let window: CollectorConnection;

  before(() => snapshots.take());
  after(() => snapshots.dispose());
  beforeEach(async () => {
    place = new Workplace();
    window = await place.connect();
  });
  afterEach(() => place.dispose());

  const open = (session: string, path = snapshots.file(3)) =>
    window.rpc.sendRequest(OpenHeap, { session, path, force: false });
  const ask = (session: string) =>
    window.rpc.sendRequest(AskHeap, { session, question: { kind: "dominated", sort, window: { from: 0, count: 1 } } });
  const sort = { by: "retainedSize", descending: true } as const;
  /** Threads of the collector that read heap files. */
  const workers = () =>
    readdirSync(`/proc/${window.pid}/task`).filter((id) => {
      try {
        return readFileSync(`/proc/${window.pid}/task/${id}/comm`, "utf8").startsWith("heap");
      } catch {
        return false; // It ended meanwhile.
      }
    }).length;

  it("are read in a thread of their own, with progress, and answer until they are closed", async () => {
    const shares: number[] = [];
    window.rpc.onNotification(HeapFileProgress, ({ session, share }) => {
      if (session === "a") shares.push(share);
    });
    const opened = await open("a");
    assert.ok(opened.kind === "opened" && opened.facts.kind === "snapshot" && opened.facts.nodes > 10_000);
    assert.ok(shares.length > 2 && shares.every((share, i) => share >= (shares[i - 1] ?? 0)));
    const { rows } = (await ask("a")) as { rows: { name: string }[] };
    assert.equal(rows[0]?.name, "global");
    await window.rpc.sendNotification(CloseHeap, { session: "a" });
    await assert.rejects(ask("a"), /This heap file is not open here/);
    await until("the thread is gone", () => workers() === 0);
  });

  it("are told apart by session, and one that fails leaves the others", async () => {
    await open("a");
    place.write("none.heapsnapshot", "none");
    await assert.rejects(open("b", join(place.folder, "none.heapsnapshot")), /none|heap/);
    await assert.rejects(ask("b"), /This heap file is not open here/);
    await ask("a");
  });

  it("are given up while they are read, and when their window goes", async () => {
    const opening = open("a");
    await window.rpc.sendNotification(CloseHeap, { session: "a" });
    await assert.rejects(opening, /cancelled/);
    await until("the thread is gone", () => workers() === 0);
    const other = await place.connect();
    await other.rpc.sendRequest(OpenHeap, { session: "x", path: snapshots.file(3), force: false });
    assert.equal(workers(), 1);
    other.close();
    await until("the thread is gone with its window", () => workers() === 0);
  });
});
