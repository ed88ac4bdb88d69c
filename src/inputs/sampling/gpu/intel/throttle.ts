import { readNumber, readText } from "../files.ts";

/** Where the i915 and the xe driver keep their throttle reasons, below the card and below its device. */
const PLACES = [
  { status: "gt/gt0/throttle_reason_status", reason: "gt/gt0/throttle_reason_" },
  { status: "device/tile0/gt0/freq0/throttle/status", reason: "device/tile0/gt0/freq0/throttle/reason_" },
];

const WORDS: Record<string, string> = {
  pl1: "power cap",
  pl2: "power cap",
  pl4: "power cap",
  thermal: "thermal",
  prochot: "thermal",
  ratl: "thermal",
  vr_thermalert: "thermal",
  vr_tdc: "current limit",
};

/** Why the clocks of a card are held down; undefined where its driver does not tell. */
export function throttleReasons(folder: string): string[] | undefined {
  const place = PLACES.find(({ status }) => readText(folder, status) !== undefined);
  if (!place) return undefined;
  if (readNumber(1, folder, place.status) === 0) return [];
  const active = Object.keys(WORDS).filter((name) => readNumber(1, folder, `${place.reason}${name}`) === 1);
  return [...new Set(active.map((name) => WORDS[name] ?? name))];
}
