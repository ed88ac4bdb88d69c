import { formatDuration, threeDigits } from "../../model/format.ts";
import type { Load } from "../suite.ts";

/** A load in words, the same for the same load. */
export function loadText(load: Load): string {
  switch (load.kind) {
    case "users":
      return usersText(load.users, load.thinkTime);
    case "constant":
      return rateText(load.rate);
    case "poisson":
      return `${rateText(load.rate)}, by chance`;
    case "observed":
      return "what the agent reports";
    case "ramp":
      return `${threeDigits(load.from)} to ${rateText(load.to)}`;
    case "steps":
      return `${load.rates.map(threeDigits).join(", ")}/s, ${formatDuration(load.each)} each`;
    case "replay":
      return `replay of ${load.file ?? `what ${load.record?.agent} was asked`}${load.speed === 1 ? "" : ` at ${load.speed} times the speed`}`;
    case "sweep":
      return `sweep from ${load.from} to ${load.to} ${load.of === "users" ? "users" : "a second"}`;
    case "soak":
      return `soak with ${load.users === undefined ? rateText(load.rate ?? 0) : usersText(load.users, load.thinkTime)}`;
    case "stress":
      return `stress from ${load.base} to ${load.peak} ${load.of === "users" ? "users" : "a second"}`;
  }
}

const rateText = (rate: number) => `${threeDigits(rate)}/s`;

function usersText(users: number, thinkTime: number): string {
  const thinking = thinkTime > 0 ? ` who think for ${formatDuration(thinkTime)}` : "";
  return `${users} ${users === 1 ? "user" : "users"}${thinking}`;
}
