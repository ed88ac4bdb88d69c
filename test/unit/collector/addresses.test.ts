import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { workspaceAddresses } from "../../../src/collector/addresses.ts";
import { takeLock } from "../../../src/collector/lock.ts";

describe("addresses of a workspace", () => {
  let root = "";
  const env = () => ({ XDG_RUNTIME_DIR: join(root, "run"), XDG_STATE_HOME: join(root, "state") });
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "av-addresses-"));
    mkdirSync(join(root, "run"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("never change, token included", () => {
    const first = workspaceAddresses("/some/folder", env());
    assert.deepEqual(workspaceAddresses("/some/folder", env()), first);
    assert.notEqual(workspaceAddresses("/other/folder", env()).eventSocket, first.eventSocket);
    assert.match(first.token, /^[0-9a-f]{48}$/);
  });

  it("fit into a socket's path and lie in a folder for this user alone", () => {
    const addresses = workspaceAddresses("/some/folder", {});
    assert.ok(addresses.eventSocket.length <= 103, addresses.eventSocket);
    assert.equal(statSync(workspaceAddresses("/x", env()).stateFolder).mode & 0o777, 0o700);
  });

  it("fall back to /tmp when the runtime folder is missing, relative or too long for a socket", () => {
    const long = join(root, "x".repeat(100));
    mkdirSync(long);
    for (const XDG_RUNTIME_DIR of [join(root, "missing"), "relative", long]) {
      const { eventSocket } = workspaceAddresses("/some/folder", { ...env(), XDG_RUNTIME_DIR });
      assert.ok(eventSocket.startsWith("/tmp/agent-vitals-") && eventSocket.length <= 103, eventSocket);
    }
  });

  it("are the same through a link to the folder", () => {
    mkdirSync(join(root, "real"));
    symlinkSync(join(root, "real"), join(root, "link"));
    assert.equal(workspaceAddresses(join(root, "link"), env()).id, workspaceAddresses(join(root, "real"), env()).id);
  });

  it("refuse a folder that is a link or that others may enter, and say what to do", () => {
    mkdirSync(join(root, "elsewhere"), { mode: 0o700 });
    symlinkSync(join(root, "elsewhere"), join(root, "run", "agent-vitals"));
    assert.throws(() => workspaceAddresses("/x", env()), /is a link.*XDG_RUNTIME_DIR/);
    rmSync(join(root, "run", "agent-vitals"));
    mkdirSync(join(root, "run", "agent-vitals"));
    chmodSync(join(root, "run", "agent-vitals"), 0o755);
    assert.throws(() => workspaceAddresses("/x", env()), /chmod 700/);
  });
});

describe("the collector's lock", () => {
  const started = (startMark: string) => (pid: number) =>
    pid === process.pid
      ? { pid, startMark, startTime: 100, zombie: startMark === "zombie", parent: 1, group: 1 }
      : undefined;
  const alive = started("100");
  let folder = "";
  let file = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "av-lock-"));
    file = join(folder, "x.lock");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is held by one", () => {
    const release = takeLock(file, alive);
    assert.ok(release);
    assert.equal(takeLock(file, alive), undefined);
    release();
    assert.equal(existsSync(file), false);
    assert.ok(takeLock(file, alive));
  });

  it("is taken over from a holder that is dead or whose pid is another process by now", () => {
    assert.ok(takeLock(file, alive));
    assert.ok(takeLock(file, () => undefined));
    assert.ok(takeLock(file, started("5000")));
    assert.ok(takeLock(file, started("zombie")));
  });
});
