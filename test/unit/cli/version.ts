import { readFileSync } from "node:fs";

/** The CLI's: a window that shares its collector is of the same. */
export const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
  version: string;
};
