import type { Tap } from "./parts.ts";

/**
 * Makes the tap: a function that stands before a method, keeps its name, length, results and errors, and leaves the
 * object as it was when undone. If somebody has wrapped ours meanwhile, it stays as a plain passage.
 */
export function createTap(): Tap {
  const quietly = <T>(observe: () => T): T | undefined => {
    try {
      return observe();
    } catch {
      return undefined; // Measuring must never be felt.
    }
  };
  return (object, name, observe) => {
    const holder = object as Record<string, unknown>;
    const before = Object.getOwnPropertyDescriptor(object, name);
    // What was inherited stays looked up, so that a later change up the chain still counts.
    const target = (): unknown => (before ? before.value : Object.getPrototypeOf(object)?.[name]);
    const original = target();
    if (typeof original !== "function" || (before && !before.configurable)) return () => {};
    let active = true;
    function passage(this: object, ...args: unknown[]): unknown {
      const after = active ? quietly(() => observe(this, args)) : undefined;
      const result: unknown = Reflect.apply(target() as (...args: unknown[]) => unknown, this, args);
      if (typeof after === "function") quietly(() => after(result));
      return result;
    }
    for (const key of ["name", "length"] as const) {
      Object.defineProperty(passage, key, { value: original[key], configurable: true });
    }
    Object.defineProperty(object, name, {
      value: passage,
      writable: true,
      enumerable: before?.enumerable ?? false,
      configurable: true,
    });
    return () => {
      active = false;
      if (holder[name] !== passage) return;
      if (before) Object.defineProperty(object, name, before);
      else delete holder[name];
    };
  };
}
