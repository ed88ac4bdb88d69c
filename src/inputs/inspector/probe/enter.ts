import type { Joined, Load, Parts, Probe } from "./parts.ts";

/** Joins the probe that is in the agent, or puts one in; throws where Node's own modules can't be reached. */
export function enter(
  { binding, thread, place }: { binding: string; thread: number; place: string },
  require: NodeJS.Require | undefined,
  makeParts: () => Parts,
): Joined {
  const scope = globalThis as unknown as Record<string | symbol, unknown>;
  const key = Symbol.for(place);
  const running = scope[key] as Probe | undefined;
  if (running) return running.join(binding, thread);
  if (typeof scope[binding] !== "function") return "unbound";

  const builtins: unknown =
    process.getBuiltinModule ?? process.mainModule?.require?.bind(process.mainModule) ?? require;
  if (typeof builtins !== "function") {
    throw new Error("Node's own modules can't be reached: evaluate with includeCommandLineAPI, which lends `require`");
  }
  const parts = makeParts();
  const probe = parts.startProbe(parts, builtins as Load, () => delete scope[key]);
  Object.defineProperty(scope, key, { value: probe, configurable: true });
  return probe.join(binding, thread);
}
