import { isAbsolute, relative, sep } from "node:path";

/** A file as seen from a folder that it lies in, with `/` on every system; any other as it is. */
export function nearPath(folder: string, file: string): string {
  if (!isAbsolute(file)) return file;
  const path = relative(folder, file);
  return path === "" || path.startsWith("..") || isAbsolute(path) ? file : path.split(sep).join("/");
}
