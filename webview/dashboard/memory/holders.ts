/** A part of the way by which something is held; `own`: it bears the name that the developer gave. */
export interface Holder {
  text: string;
  own: boolean;
}

/** A retainer path, which goes outward from what leaks, as the way inward: `SessionStore.sessions`, `Map`, `Session`. */
export function holders(path: string, variable: string | null, className: string): Holder[] {
  if (path === "") return [];
  const inward = path
    .split(" ‹ ")
    .map((part) => part.trim())
    .reverse();
  return [...inward.map((part) => holder(part, variable)), { text: className, own: false }];
}

/** `sessions in SessionStore` is a field of it, `[] in Map` an entry; a scope is told as it is. */
function holder(part: string, variable: string | null): Holder {
  const at = part.indexOf(" in ");
  const [name, whole] = at < 0 ? [part, ""] : [part.slice(0, at), part.slice(at + 4)];
  const own = variable !== null && name === variable;
  if (whole === "") return { text: part, own };
  if (name === "[]") return { text: whole, own };
  return { text: whole.includes(" ") ? part : `${whole}.${name}`, own };
}
