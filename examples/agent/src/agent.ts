/** Builds the agent from its parts, starts it, and stops it again. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createMonitor, type Monitor } from "../agent-vitals.mjs";
import { Assistant } from "./assistant.ts";
import { readDocuments } from "./documents.ts";
import { Faults } from "./faults.ts";
import { connectModelServer } from "./modelServer.ts";
import { createSearch } from "./retrieval.ts";
import { createAgentServer } from "./server.ts";
import { Sessions } from "./sessions.ts";
import { Speech } from "./voice/speech.ts";
import { readTranscripts } from "./voice/transcripts.ts";

export interface Agent {
  /** e.g. `http://127.0.0.1:3210` */
  url: string;
  assistant: Assistant;
  monitor: Monitor;
  /** Ends running turns and takes no more; the monitor stays open. */
  stop(): Promise<void>;
}

/** Starts the agent on a port of 127.0.0.1; 0 picks a free one. */
export async function startAgent(port: number, env: NodeJS.ProcessEnv): Promise<Agent> {
  const monitor = createMonitor({ agent: env.AGENT_VITALS_AGENT ?? "example-agent", primaryQueryType: "talker" });
  const documents = readDocuments();
  const modelServer = await connectModelServer(env, documents);
  const sessions = new Sessions();
  const assistant = new Assistant(createSearch(documents), modelServer, sessions);
  const faults = new Faults(modelServer);
  const speech = new Speech();
  const transcribe = readTranscripts();
  const server = createAgentServer({ assistant, monitor, speech, transcribe, faults, modelServer, sessions });
  await listen(server, port);
  monitor.monitorMemoryUsage();
  monitor.onCleanup(() => sessions.clear());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    assistant,
    monitor,
    async stop() {
      faults.clear();
      server.close();
      server.closeAllConnections();
      await Promise.all([speech.close(), modelServer.embedded?.close()]);
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") return reject(error);
    reject(new Error(`port ${port} is in use: stop the program that holds it, or set PORT (0 picks a free port)`));
  });
  server.listen(port, "127.0.0.1", resolve);
  await promise;
}
