/** The example agent: an HTTP server and a text prompt, until it is told to stop. */
import { type Agent, startAgent } from "./agent.ts";
import { promptLoop } from "./prompt.ts";

const DEFAULT_PORT = 3210;
/** Whoever sends SIGTERM expects an end soon, whatever still hangs. */
const LEAVE_WITHIN_MS = 900;

try {
  run(await startAgent(readPort(process.env.PORT), process.env));
} catch (error) {
  console.error(`example agent: ${(error as Error).message}`);
  process.exit(1);
}

function run(agent: Agent): void {
  console.log(`listening on ${agent.url}`);
  const leave = async () => {
    setTimeout(() => process.exit(0), LEAVE_WITHIN_MS).unref();
    await agent.stop();
    await agent.monitor.close();
    process.exit(0);
  };
  process.once("SIGINT", leave);
  process.once("SIGTERM", leave);
  agent.monitor.onShutdown(async () => {
    await agent.stop();
    // The hook's reply goes out first.
    setImmediate(leave);
  });
  promptLoop(agent).catch((error) => console.error(`the prompt ended: ${(error as Error).message}`));
}

function readPort(text: string | undefined): number {
  const port = text ? Number(text) : DEFAULT_PORT;
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`PORT is "${text}": set it to a port from 1 to 65535, or 0 for a free one`);
}
