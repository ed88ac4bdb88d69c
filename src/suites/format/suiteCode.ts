import type { RequestContext, Step } from "../suite.ts";
import type { ScenarioForm, SuiteForm } from "./schema.ts";

/** A suite in code: as in JSON, with functions where JSON has templates and commands. */
export type SuiteCode = Omit<SuiteForm, "scenarios" | "setup" | "reset" | "teardown" | "version"> & {
  version?: 1;
  scenarios: Record<
    string,
    Omit<ScenarioForm, "request"> & { request?: object | ((context: RequestContext) => object) }
  >;
  setup?: Step[];
  reset?: Step[];
  teardown?: Step[];
};
