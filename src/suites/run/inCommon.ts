import { withoutCredentials } from "../http/credentials.ts";
import type { Suite } from "../suite.ts";

/**
 * Both sides of a run with the scenarios alone that they have in common.
 * @returns `alike`: addresses that both ask, with nothing between that makes them another agent's
 * @throws when they have none
 */
export function inCommon(suite: Suite, other: Suite): { suite: Suite; other: Suite; alike: string[] } {
  const names = new Set(other.scenarios.map(({ name }) => name));
  const shared = suite.scenarios.filter(({ name }) => names.has(name));
  if (shared.length === 0)
    throw new Error(
      `The other side has none of these scenarios: ${suite.scenarios.map(({ name }) => name).join(", ")}. It has ${[...names].join(", ")}.`,
    );
  const of = ({ scenarios }: Suite) => shared.flatMap(({ name }) => scenarios.find((one) => one.name === name) ?? []);
  const urls = (one: Suite) => of(one).flatMap(({ target }) => urlOf(one.targets[target]?.settings) ?? []);
  const others = urls(other);
  const switched = JSON.stringify(suite.reset) !== JSON.stringify(other.reset);
  return {
    suite: { ...suite, scenarios: shared },
    other: { ...other, scenarios: of(other) },
    alike: switched
      ? []
      : [
          ...new Set(
            urls(suite)
              .filter((url) => others.includes(url))
              .map(withoutCredentials),
          ),
        ],
  };
}

function urlOf(settings: object | undefined): string | undefined {
  const { url } = (settings ?? {}) as { url?: unknown };
  return typeof url === "string" ? url : undefined;
}
