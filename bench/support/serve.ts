// A collector in a process of its own, for benches of the agent's side. Arguments: its socket's path.
import { ours } from "./collectors.ts";

await ours(process.argv[2] ?? "");
process.send?.("ready");
process.on("disconnect", () => process.exit());
