import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../support/engines.ts";
import { until } from "../../support/until.ts";
import { Receiver } from "../export/receiver.ts";
import { alive } from "../support/workplace.ts";
import { Terminal } from "./terminal.ts";

const briefly = join(import.meta.dirname, "agents", "briefly.ts");

describe("agent-vitals serve, record and export", function () {
  this.timeout(60_000);
  let terminal: Terminal;
  beforeEach(() => {
    terminal = new Terminal();
  });
  afterEach(() => terminal.dispose());

  const ours = () => ({
    AGENT_VITALS_SOCKET: terminal.addresses.eventSocket,
    AGENT_VITALS_TOKEN: terminal.addresses.token,
  });
  const pidOf = () => (JSON.parse(readFileSync(terminal.addresses.lockFile, "utf8")) as { pid: number }).pid;

  it("record without an editor, answer scrapes, and start the collector again when it dies", async () => {
    const port = await freePort();
    const cli = terminal.cli("serve", "--prometheus-port", String(port), "--log", "info");
    await cli.says(/Export +Prometheus http:\/\/127\.0\.0\.1:\d+\/metrics: ok/);
    assert.equal((await terminal.run([briefly, "one"], ours()).ended).code, 0);
    const scrape = (headers: Record<string, string>) => fetch(`http://127.0.0.1:${port}/metrics`, { headers });
    assert.equal((await scrape({})).status, 401);
    const bearer = { authorization: `Bearer ${terminal.addresses.token}` };
    const figures = await until("the responses are told", async () => {
      const text = await (await scrape(bearer)).text();
      return /agent_vitals_response_duration_seconds_count\{.*agent="one"/.test(text) && text;
    });
    assert.match(figures, /agent_vitals_self_memory_bytes\{/);

    const first = pidOf();
    process.kill(first, "SIGKILL");
    await cli.says(/is gone.* It is started again\./);
    await until(
      "another collector",
      () => existsSync(terminal.addresses.lockFile) && pidOf() !== first && alive(pidOf()),
    );
    assert.equal((await terminal.run([briefly, "two"], ours()).ended).code, 0);
    await until("it answers again", async () => {
      const text = await scrape(bearer).then(
        (answer) => answer.text(),
        () => "",
      );
      return text.includes('agent="two"');
    });
    cli.child.kill("SIGTERM");
    assert.equal((await cli.ended).code, 0);
  });

  it("send what they are asked to send, and say where to", async () => {
    const receiver = new Receiver();
    await receiver.open();
    try {
      const where = ["--remote-write", `${receiver.url}/write`, "--otlp", receiver.url];
      const header = ["--header", `X-Key: $${"{env:VITALS_TEST_KEY}"}`];
      process.env.VITALS_TEST_KEY = "k1";
      const cli = terminal.cli("serve", ...where, ...header);
      delete process.env.VITALS_TEST_KEY;
      await cli.says(/Export +remote write http:\/\/127\.0\.0\.1:\d+\/write: /);
      assert.equal((await terminal.run([briefly, "one"], ours()).ended).code, 0);
      const to = (path: string) => receiver.received.filter((one) => one.path === path);
      await until(
        "all three are sent",
        () => ["/write", "/v1/metrics", "/v1/traces"].every((path) => to(path).length > 0),
        40,
      );
      assert.ok(receiver.received.every(({ headers }) => headers["x-key"] === "k1"));
      cli.child.kill("SIGTERM");
      assert.equal((await cli.ended).code, 0);
      assert.doesNotMatch(readFileSync(terminal.addresses.logFile, "utf8"), /k1/);
    } finally {
      await receiver.close();
    }
  });

  it("refuse an address or header that can't be used", async () => {
    for (const [args, words] of [
      [["--remote-write", "host:9090"], /--remote-write: What is named is no address/],
      [["--otlp", "http://h", "--header", "Bearer x"], /--header is NAME: VALUE/],
      [["--otlp", "http://h", "--header", `A: $${"{env:VITALS_NOT_SET}"}`], /VITALS_NOT_SET}, which is not set/],
    ] as const) {
      const { code, stderr } = await terminal.cli("serve", ...args).ended;
      assert.equal(code, 2);
      assert.match(stderr, words);
    }
  });

  it("say what is recorded, write it into files, and delete it", async () => {
    const serving = terminal.cli("serve", "--json");
    await serving.says(/"store": \{[^}]*"state": "recording"/);
    for (const name of ["one", "two"]) assert.equal((await terminal.run([briefly, name], ours()).ended).code, 0);
    const json = async (...args: string[]) => {
      const { code, stdout, stderr } = await terminal.cli(...args, "--json").ended;
      assert.deepEqual([code, stderr], [0, ""]);
      return JSON.parse(stdout);
    };
    const summary = await until("both agents are recorded", async () => {
      const told = await json("record");
      return told.agents.length === 2 && told;
    });
    assert.deepEqual(summary.agents.map(({ agent }: { agent: string }) => agent).sort(), ["one", "two"]);

    const file = join(terminal.root, "out.json");
    const { rows } = await json("export", "--output", file, "--last", "1h");
    assert.ok(rows > 0);
    const document = JSON.parse(readFileSync(file, "utf8"));
    assert.ok(
      document.responses.some(
        (r: { agent: string; queryType: string }) => r.agent === "one" && r.queryType === "talker",
      ),
    );
    const csv = join(terminal.root, "out.csv");
    await json("export", "--output", csv, "--kinds", "responses", "--agent", "two");
    const [head, ...lines] = readFileSync(csv, "utf8").trim().split("\r\n");
    assert.match(head ?? "", /queryType/);
    assert.ok(lines.length > 0 && lines.every((line) => line.includes("two")));

    const left = await json("record", "--delete", "--agent", "one");
    assert.deepEqual(
      left.agents.map(({ agent }: { agent: string }) => agent),
      ["two"],
    );
    serving.child.kill("SIGINT");
    assert.equal((await serving.ended).code, 0);
  });

  it("say what is wrong with an option, and with a place that can't be written", async () => {
    const failing = async (...args: string[]) => {
      const { code, stderr } = await terminal.cli(...args).ended;
      assert.equal(code, 2);
      return stderr;
    };
    assert.match(await failing("export"), /--output FILE/);
    assert.match(await failing("export", "--output", "x.json", "--last", "2 weeks"), /a span such as 90s/);
    assert.match(await failing("export", "--output", "x.json", "--kinds", "turns"), /there are series, latency/);
    assert.match(await failing("export", "--output", "/proc/nowhere/x.json"), /\/proc\/nowhere/);
    assert.match(await failing("serve", "--log", "loud"), /one of info, notice, warning, error/);
    assert.match(await failing("record", "--agent", "one"), /goes with --delete/);
  });
});
