/** A process that writes a value a second of its own clock, which runs as fast as it can: `writer.ts FILE WORKSPACE SECONDS`. */
import { setImmediate as breathe } from "node:timers/promises";
import { openStore } from "../../../src/record/store/store.ts";

const [file = "", workspace = "", seconds = "0"] = process.argv.slice(2);
let time = 1_795_000_200;
const DAY = 86_400;
const keep = { oneSecond: DAY, tenSeconds: 7 * DAY, minute: 30 * DAY, tenMinutes: 365 * DAY };
const log = (_: string, message: string) => console.error(message);
const store = openStore({ file, workspace, now: () => time, limits: { maxSize: 1e9, keep }, log });
const series = { metric: "m" };
for (let i = 0; i < Number(seconds); i++) {
  time++;
  store.readings([{ series, time, value: i }]);
  store.tick();
  if (i % 50 === 0) {
    console.log(i);
    await breathe();
  }
}
store.close();
