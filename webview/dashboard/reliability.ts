/** The share of voice interactions that must succeed. */
export const VOICE_OBJECTIVE = 0.99;
// 97.5th percentile of the normal distribution: two-sided 95 %.
const Z = 1.959963984540054;

/** Wilson's 95 % score interval of a proportion; `[0, 1]` without a single turn. */
export function wilsonInterval(successes: number, turns: number): [low: number, high: number] {
  if (turns === 0) return [0, 1];
  const rate = successes / turns;
  const z2 = Z * Z;
  const centre = rate + z2 / (2 * turns);
  const half = Z * Math.sqrt((rate * (1 - rate) + z2 / (4 * turns)) / turns);
  const scale = 1 + z2 / turns;
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)];
}

/** Turns in all, with this many failures among them, after which the objective would be proven. */
export function turnsToProve(failures: number, objective = VOICE_OBJECTIVE): number {
  const proven = (turns: number) => wilsonInterval(turns - failures, turns)[0] >= objective;
  let high = Math.max(1, failures);
  while (!proven(high)) high *= 2;
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (proven(middle)) high = middle;
    else low = middle;
  }
  return high;
}

export interface Reliability {
  rate: number;
  turns: number;
  failures: number;
  low: number;
  high: number;
  verdict: "proven" | "not proven" | "missed";
  /** Turns without a failure that would prove it; 0 unless it is not proven. */
  missingTurns: number;
}

/** Whether a voice objective is proven, missed or neither at 95 % confidence; undefined without a turn. */
export function judgeReliability(
  { success, failure }: { success: number; failure: number },
  objective = VOICE_OBJECTIVE,
): Reliability | undefined {
  const turns = success + failure;
  if (turns === 0) return undefined;
  const [low, high] = wilsonInterval(success, turns);
  const verdict = low >= objective ? "proven" : high < objective ? "missed" : "not proven";
  const missingTurns = verdict === "not proven" ? Math.max(1, turnsToProve(failure, objective) - turns) : 0;
  return { rate: success / turns, turns, failures: failure, low, high, verdict, missingTurns };
}
