import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineProgram } from "../../scripts/engines.ts";
import { until } from "./until.ts";

/** A real engine on a port of its own, with a folder of its own. */
export interface Engine {
  name: string;
  readonly pid: number;
  folder: string;
  /** Up to `/api/v1`. */
  url: string;
  /** Takes remote write. */
  writeUrl: string;
  /** What was sent can be asked for now. */
  settle(): Promise<void>;
  /** Its folder stays. */
  stop(): Promise<void>;
  /** Ends it and takes its folder away. */
  remove(): Promise<void>;
  /** Again, on the same port and folder. */
  start(): Promise<void>;
}

interface Kind {
  name: "prometheus" | "victoria-metrics";
  write: string;
  arguments: (port: number, folder: string) => string[];
  settle?: string;
}

const KINDS: Kind[] = [
  {
    name: "prometheus",
    write: "/api/v1/write",
    arguments: (port, folder) => {
      writeFileSync(join(folder, "prometheus.yml"), "global:\n  scrape_interval: 15s\n");
      return [
        `--config.file=${join(folder, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        `--web.listen-address=127.0.0.1:${port}`,
        "--web.enable-remote-write-receiver",
        "--log.level=warn",
      ];
    },
  },
  {
    name: "victoria-metrics",
    write: "/api/v1/write",
    settle: "/internal/force_flush",
    arguments: (port, folder) => [
      `-storageDataPath=${join(folder, "data")}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      "-retentionPeriod=12",
      "-loggerLevel=WARN",
      // Its default of 60 % is that of a machine of its own.
      "-memory.allowedBytes=200MB",
    ],
  },
];

/** Starts an engine. @throws where its program is missing and can't be installed */
export async function startEngine(name: Kind["name"]): Promise<Engine> {
  const program = await engineProgram(name);
  const kind = KINDS.find((one) => one.name === name);
  if (!kind) throw new Error(`There is no engine ${name}.`);
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  let output = "";
  const keep = (data: Buffer) => {
    output += data;
  };
  const start = async () => {
    const begun = spawn(program, kind.arguments(port, folder), { stdio: ["ignore", "pipe", "pipe"] });
    child = begun;
    for (const stream of [begun.stdout, begun.stderr]) stream.on("data", keep);
    await until(
      `${name} to be ready`,
      async () => {
        if (begun.exitCode !== null) throw new Error(`${name} ended: ${output}`);
        const answer = await fetch(`${url}/${name === "prometheus" ? "-/ready" : "health"}`).catch(() => undefined);
        return answer?.ok;
      },
      60,
    );
  };
  const halt = async () => {
    const ending = child;
    if (!ending || ending.exitCode !== null) return;
    ending.kill("SIGTERM");
    await until(`the end of ${name}`, () => ending.exitCode !== null || ending.signalCode !== null, 60);
  };
  await start();
  return {
    name,
    folder,
    get pid() {
      return child?.pid ?? 0;
    },
    url,
    writeUrl: `${url}${kind.write}`,
    start,
    async settle() {
      if (kind.settle) await (await fetch(`${url}${kind.settle}`)).text();
    },
    stop: halt,
    async remove() {
      await halt();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A port that nobody holds at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await until("a port", () => server.listening);
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
