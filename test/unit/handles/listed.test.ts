import assert from "node:assert/strict";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, realpathSync, rmSync, unlinkSync, watch } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groupHandles } from "../../../src/inputs/sampling/handles/groupHandles.ts";
import { linuxHandles } from "../../../src/inputs/sampling/handles/linuxHandles.ts";
import { lsofHandles, parseLsof } from "../../../src/inputs/sampling/handles/lsof.ts";
import { countedKind, handlesText, type OpenHandle } from "../../../src/model/openHandles.ts";

/** This process is the one that has things open. */
const OWN = process.pid;

describe("open descriptors", function () {
  this.timeout(30_000);
  let folder: string;
  const undo: (() => void)[] = [];
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "av-list-")));
  });
  afterEach(() => {
    for (const each of undo.splice(0).reverse()) each();
    rmSync(folder, { recursive: true, force: true });
  });

  function opened(name: string): number {
    const fd = openSync(join(folder, name), "w");
    undo.push(() => closeSync(fd));
    return fd;
  }

  async function listening(at: number | string) {
    const server = createServer((socket) => undo.push(() => socket.destroy()));
    if (typeof at === "number") server.listen(at, "127.0.0.1");
    else server.listen(at);
    await once(server, "listening");
    undo.push(() => server.close());
    return server;
  }

  async function connected(to: { port: number; host: string } | { path: string }): Promise<Socket> {
    const socket = connect(to);
    await once(socket, "connect");
    undo.push(() => socket.destroy());
    return socket;
  }

  const list = async () => (await linuxHandles(OWN)) ?? assert.fail("it can't be read");

  it("are listed with what they stand for", async () => {
    const [kept, gone] = [opened("kept.txt"), opened("gone.txt")];
    unlinkSync(join(folder, "gone.txt"));
    const fd = openSync(folder, "r");
    undo.push(() => closeSync(fd));
    const server = await listening(0);
    const { port } = server.address() as { port: number };
    await connected({ port, host: "127.0.0.1" });
    const path = join(folder, "s.sock");
    await listening(path);
    await connected({ path });
    const watcher = watch(folder);
    undo.push(() => watcher.close());
    const all = await list();
    const of = (one: number) => all.find((handle) => handle.fd === one);
    assert.deepEqual(of(kept), { pid: OWN, fd: kept, kind: "file", target: join(folder, "kept.txt") });
    assert.deepEqual(of(gone), {
      pid: OWN,
      fd: gone,
      kind: "file",
      target: join(folder, "gone.txt"),
      state: "deleted",
    });
    assert.equal(of(fd)?.kind, "directory");
    const tcp = all.filter(({ local, remote }) => local?.port === port || remote?.port === port);
    assert.deepEqual(tcp.map(({ state }) => state).sort(), ["established", "established", "listen"]);
    assert.ok(tcp.some(({ target, remote }) => target.endsWith(`→ 127.0.0.1:${port}`) && remote?.host === "127.0.0.1"));
    const unix = all.filter(({ kind, target }) => kind === "unix" && target === path);
    assert.deepEqual(unix.map(({ state }) => state).sort(), ["established", "listen"]);
    for (const kind of ["inotify", "epoll", "eventfd"])
      assert.ok(
        all.some((handle) => handle.kind === kind),
        kind,
      );
    assert.equal(all.length, new Set(all.map((handle) => handle.fd)).size);
  });

  it("of a process that has gone are none", async () => {
    assert.equal(await linuxHandles(2 ** 22 + 1), undefined);
  });

  it("hide secrets in paths", async () => {
    const fd = opened("token=abcdef123456.txt");
    const target = (await list()).find((handle) => handle.fd === fd)?.target;
    assert.equal(target, join(folder, "token=***"));
  });

  it("are the same by lsof", async function () {
    opened("kept.txt");
    const server = await listening(0);
    const { port } = server.address() as { port: number };
    await connected({ port, host: "127.0.0.1" });
    const found = await lsofHandles([OWN]).catch((error: Error) => {
      if (!/not on PATH/.test(error.message)) throw error;
      return undefined;
    });
    if (!found) return this.skip();
    const key = ({ fd, kind, target, state }: OpenHandle) =>
      kind === "file" || kind === "tcp" ? `${fd} ${kind} ${target} ${state}` : `${fd}`;
    const [here, there] = [await list(), found].map((all) => new Set(all.map(key)));
    for (const one of here ?? []) if (!/ file | tcp /.test(one)) here?.delete(one);
    assert.ok((here?.size ?? 0) >= 4);
    for (const one of here ?? []) assert.ok(there?.has(one), `${one} is not among ${[...(there ?? [])].join(", ")}`);
  });

  it("are read out of what lsof of macOS prints", () => {
    const text = [
      "p501\nfcwd\ntDIR\nn/Users/me\nf0\ntCHR\nn/dev/ttys001\nf10u\ntREG\nn/Users/me/a b.txt",
      "f21\ntIPv4\nPTCP\nn127.0.0.1:52011->127.0.0.1:11434\nTST=ESTABLISHED\nTQR=0\nTQS=0",
      "f22\ntIPv6\nPTCP\nn*:8080\nTST=LISTEN\nf23\ntunix\nn/tmp/x.sock\nf24\ntPIPE\nn->0x9a\nf25\ntKQUEUE\nncount=0, state=0xa",
      "f26\ntIPv6\nPUDP\nn[::1]:5353\np502\nf3\ntREG\nn/tmp/y (deleted)\n",
    ].join("\n");
    assert.deepEqual(
      parseLsof(text.replace("f10u", "f10")).map(({ pid, fd, kind, target, state, remote }) => [
        `${pid}/${fd} ${kind} ${target}`,
        state,
        remote?.port,
      ]),
      [
        ["501/0 device /dev/ttys001", undefined, undefined],
        ["501/10 file /Users/me/a b.txt", undefined, undefined],
        ["501/21 tcp 127.0.0.1:52011 → 127.0.0.1:11434", "established", 11434],
        ["501/22 tcp *:8080", "listen", undefined],
        ["501/23 unix /tmp/x.sock", undefined, undefined],
        ["501/24 pipe ->0x9a", undefined, undefined],
        ["501/25 epoll count=0, state=0xa", undefined, undefined],
        ["501/26 udp [::1]:5353", undefined, undefined],
        ["502/3 file /tmp/y", "deleted", undefined],
      ],
    );
  });
});

describe("groups of open descriptors", () => {
  const tcp = (fd: number, local: number, remote: number, host = "10.0.0.9"): OpenHandle => ({
    pid: 1,
    fd,
    kind: "tcp",
    target: "",
    state: "established",
    local: { host: "127.0.0.1", port: local },
    remote: { host, port: remote },
  });
  const named = (handles: OpenHandle[], inspector?: number) =>
    groupHandles(handles, 1000, inspector).map(({ kind, count, target }) => `${countedKind(kind, count)}: ${target}`);

  it("put together ten thousand sockets to one peer, and those that a port accepted", () => {
    const listener: OpenHandle = { ...tcp(1, 8080, 0), state: "listen" };
    delete listener.remote;
    const handles = [
      listener,
      ...Array.from({ length: 10_000 }, (_, i) => tcp(10 + i, 20_000 + i, 5432)),
      ...Array.from({ length: 300 }, (_, i) => tcp(20_000 + i, 8080, 40_000 + i)),
    ];
    assert.deepEqual(named(handles), [
      "10,000 TCP sockets: 10.0.0.9:5432",
      "300 TCP sockets: accepted at :8080",
      "1 TCP socket: at 127.0.0.1:8080",
    ]);
    const groups = groupHandles(handles, 1000);
    assert.deepEqual([groups[0]?.handles.length, groups[0]?.handles[0]?.fd], [100, 10_009]);
    assert.equal(handlesText({ time: 1000, processes: [], groups }), "10,301 descriptors: 10,301 TCP sockets");
  });

  it("put many files of a folder, and many hosts at a port, together", () => {
    const files = Array.from(
      { length: 21 },
      (_, i): OpenHandle => ({ pid: 1, fd: i, kind: "file", target: `/a/${i}` }),
    );
    const hosts = Array.from({ length: 21 }, (_, i) => tcp(100 + i, 3000 + i, 443, `10.0.0.${i}`));
    assert.deepEqual(named([...files, ...hosts]), ["21 files: /a/…", "21 TCP sockets: port 443 of many hosts"]);
    assert.equal(named(files.slice(1)).length, 20);
  });

  it("tell lines, states and ages apart, and our own sockets from the agent's", () => {
    const at = (fd: number, line: number, time: number): OpenHandle => ({
      ...tcp(fd, 3000 + fd, 5432),
      origin: { time, thread: 0, frames: [], location: { file: "/a.ts", line, column: 1 } },
    });
    const groups = groupHandles([at(1, 5, 900), at(2, 5, 950), at(3, 9, 990), tcp(4, 3004, 5432)], 1000);
    assert.deepEqual(
      groups.map(({ count, location, age }) => [count, location?.line, age]),
      [
        [2, 5, { oldest: 100, newest: 50 }],
        [1, 9, { oldest: 10, newest: 10 }],
        [1, undefined, undefined],
      ],
    );
    assert.deepEqual(named([tcp(1, 9229, 40_000)], 9229), ["1 TCP socket: a client of the inspector"]);
  });
});
