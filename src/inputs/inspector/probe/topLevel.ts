/**
 * The raw values of some keys of a JSON object, without building the rest: a body holds prompts or vectors of
 * megabytes. Text that is cut short gives what comes before the cut; text that is no object gives nothing.
 */
export function topLevel<Key extends string>(text: string, keys: readonly Key[]): Partial<Record<Key, string>> {
  const found: Partial<Record<Key, string>> = {};
  const stringEnd = (start: number): number => {
    for (let at = start + 1; ; at += 1) {
      at = text.indexOf('"', at);
      if (at < 0) return text.length;
      let escapes = 0;
      while (text.charCodeAt(at - 1 - escapes) === 92) escapes += 1;
      if (escapes % 2 === 0) return at + 1;
    }
  };
  /** Behind the value that begins at `start`, on the comma or bracket that follows it. */
  const valueEnd = (start: number): number => {
    let depth = 0;
    for (let at = start; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === 34) at = stringEnd(at) - 1;
      else if (code === 123 || code === 91) depth += 1;
      else if (code === 125 || code === 93) {
        if (depth === 0) return at;
        depth -= 1;
      } else if (code === 44 && depth === 0) return at;
    }
    return text.length;
  };

  let at = /^\s*\{/.exec(text)?.[0].length ?? text.length;
  let missing = keys.length;
  while (missing > 0) {
    const keyStart = text.indexOf('"', at);
    if (keyStart < 0) break;
    const keyEnd = stringEnd(keyStart);
    const colon = text.indexOf(":", keyEnd);
    if (colon < 0) break;
    at = valueEnd(colon + 1);
    const key = text.slice(keyStart + 1, keyEnd - 1) as Key;
    if (keys.includes(key)) {
      found[key] = text.slice(colon + 1, at).trim();
      missing -= 1;
    }
    if (text.charCodeAt(at) !== 44) break;
  }
  return found;
}
