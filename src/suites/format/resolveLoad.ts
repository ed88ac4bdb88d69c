import type { JSONPath } from "jsonc-parser";
import { parseDuration } from "../../model/config.ts";
import type { Load } from "../suite.ts";
import type { LoadForm } from "./loadSchema.ts";

/** A load in figures. @param duration of the scenario, which some parts are by default */
export function resolveLoad(
  form: LoadForm,
  { duration, report }: { duration: number; report: (path: JSONPath, message: string) => void },
): Load {
  const seconds = (text: string | undefined, otherwise: number) =>
    text === undefined ? otherwise : (parseDuration(text) ?? otherwise);
  const whole = (...names: string[]) => {
    for (const name of names)
      if (!Number.isInteger((form as Record<string, unknown>)[name]))
        report(["load", name], "is of users: write a whole number.");
  };
  switch (form.kind) {
    case "users":
      return { kind: "users", users: form.users, thinkTime: seconds(form.thinkTime, 0) };
    case "constant":
    case "poisson":
      return { kind: form.kind, rate: form.rate };
    case "observed":
      return { kind: "observed" };
    case "ramp":
      return { kind: "ramp", from: form.from, to: form.to };
    case "steps":
      return { kind: "steps", rates: form.rates, each: seconds(form.each, duration / form.rates.length) };
    case "replay": {
      const { file, record, speed = 1 } = form;
      if ((file === undefined) === (record === undefined)) report(["load"], "replays one thing: a file, or a record.");
      return {
        kind: "replay",
        speed,
        ...(file !== undefined && { file }),
        ...(record && { record: { ...record, last: seconds(record.last, 0) } }),
      };
    }
    case "sweep": {
      if (form.of === "users") whole("from", "to");
      if (form.to < form.from) report(["load", "to"], "is less than from: a sweep rises.");
      const { of, from, to, factor = 2, each, thinkTime } = form;
      return { kind: "sweep", of, from, to, factor, each: seconds(each, duration), thinkTime: seconds(thinkTime, 0) };
    }
    case "soak": {
      const { users, rate, thinkTime } = form;
      if ((users === undefined) === (rate === undefined)) report(["load"], "has users or a rate, one of them.");
      return {
        kind: "soak",
        thinkTime: seconds(thinkTime, 0),
        ...(users !== undefined && { users }),
        ...(rate !== undefined && { rate }),
      };
    }
    case "stress": {
      if (form.of === "users") whole("base", "peak");
      if (form.peak <= form.base) report(["load", "peak"], "is no more than base.");
      const { of, base, peak, before, hold, after, thinkTime } = form;
      return {
        kind: "stress",
        of,
        base,
        peak,
        before: seconds(before, 10),
        hold: seconds(hold, 10),
        after: seconds(after, 30),
        thinkTime: seconds(thinkTime, 0),
      };
    }
  }
}
