import { readFileSync, realpathSync } from "node:fs";
import { dirname, extname, join } from "node:path";

/** Where this program lies: the bundle in `dist`, or the sources. */
export interface Installation {
  /** Of package.json: the collector's version and ours are one. */
  version: string;
  /** The collector's program. */
  collector: string;
  /** Of the threads that generate load. */
  suiteThread: string;
}

/** @param program path by which this process was started; a link, as npm makes them, is followed */
export function installation(program = process.argv[1] ?? ""): Installation {
  const file = realpathSync(program);
  const sources = extname(file) === ".ts";
  const folder = dirname(file);
  const root = sources ? dirname(dirname(folder)) : dirname(folder);
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  return {
    version,
    collector: sources ? join(root, "src", "collector", "main.ts") : join(folder, "collector.js"),
    suiteThread: sources ? join(root, "src", "suites", "load", "thread.ts") : join(folder, "suiteWorker.js"),
  };
}
