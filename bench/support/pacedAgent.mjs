// Reports so many responses a second through the client, and prints when each ended (Unix ms) before it does.
import { createMonitor } from "../../dist/sdk/index.mjs";

const [perSecond, seconds] = process.argv.slice(2).map(Number);
const monitor = createMonitor({ agent: "paced" });
const begun = performance.now();
let sent = 0;
setInterval(() => {
  const due = Math.floor(((performance.now() - begun) / 1000) * perSecond);
  const now = Date.now();
  const lines = [];
  for (; sent < due; sent++) {
    lines.push(`${now}\n`);
    monitor.trackResponseTime(now - 400 - (sent % 200), now, "talker");
  }
  process.stdout.write(lines.join(""));
  if (sent >= perSecond * seconds) process.exit();
}, 5);
