import type { Load, Scenario, Suite } from "../../suites/suite.ts";
import { UsageError } from "../command.ts";
import { nearest } from "../options.ts";

/** What the command line wants of a suite otherwise than its file says. */
export interface Selection {
  agent?: string;
  /** `*` stands for anything, and commas between several. */
  scenario?: string;
  repeats?: number;
  seed?: number;
  /** Seconds. */
  duration?: number;
}

/** @throws {UsageError} where no scenario is left */
export function selected(suite: Suite, { agent, scenario, repeats, seed, duration }: Selection): Suite {
  const scenarios =
    scenario === undefined ? suite.scenarios : suite.scenarios.filter(({ name }) => fits(name, scenario));
  if (scenarios.length === 0) {
    const names = suite.scenarios.map(({ name }) => name);
    const near = scenario === undefined ? undefined : nearest(scenario, names);
    throw new UsageError(
      `${suite.name} has no scenario ${JSON.stringify(scenario)}: ${near ? `did you mean ${near}?` : `there are ${names.join(", ")}.`}`,
    );
  }
  return {
    ...suite,
    scenarios: duration === undefined ? scenarios : scenarios.map((one) => lasting(one, duration)),
    ...(agent !== undefined && { agent }),
    ...(repeats !== undefined && { repeats }),
    ...(seed !== undefined && { seed }),
  };
}

/** No longer warmed up than it is measured. */
function lasting({ count: _, warmUp, load, ...rest }: Scenario, duration: number): Scenario {
  return { ...rest, load: loadLasting(load, duration), warmUp: Math.min(warmUp, duration), duration };
}

/** Loads whose parts have times of their own. */
function loadLasting(load: Load, duration: number): Load {
  switch (load.kind) {
    case "steps":
      return { ...load, each: duration / load.rates.length };
    case "sweep":
      return { ...load, each: duration };
    case "stress": {
      const { before, hold, after } = load;
      const factor = duration / (before + hold + after);
      return { ...load, before: before * factor, hold: hold * factor, after: after * factor };
    }
    default:
      return load;
  }
}

function fits(name: string, globs: string): boolean {
  return globs.split(",").some((glob) => {
    const parts = glob.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`, "s").test(name);
  });
}
