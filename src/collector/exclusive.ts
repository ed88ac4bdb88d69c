import { linkSync, unlinkSync, writeFileSync } from "node:fs";

/**
 * Creates a file with its whole content at once, only if there is none: a reader never sees half of it, as it could
 * with `O_EXCL` alone.
 * @returns false when the file exists already
 */
export function createExclusive(file: string, content: string): boolean {
  const temporary = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(temporary, content, { mode: 0o600, flag: "wx" });
  try {
    linkSync(temporary, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    unlinkSync(temporary);
  }
}
