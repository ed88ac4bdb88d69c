import type { PerformanceSummary } from "./api.ts";

const many = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;
const ms = (milliseconds: number) => `${Number(milliseconds.toPrecision(3))} ms`;

/** A summary as text, a line per query type. */
export function describe({ agent, responses, voice }: PerformanceSummary): string {
  const lines = Object.entries(responses).map(
    ([queryType, { count, errors, cancelled, duration, timeToFirstToken }]) => {
      const parts = [many(count, "response")];
      if (errors > 0) parts.push(many(errors, "error"));
      if (cancelled > 0) parts.push(`${cancelled} cancelled`);
      if (duration) parts.push(`p50 ${ms(duration.p50)}`, `p95 ${ms(duration.p95)}`, `p99 ${ms(duration.p99)}`);
      if (timeToFirstToken) parts.push(`first token p95 ${ms(timeToFirstToken.p95)}`);
      return `${queryType}: ${parts.join(", ")}`;
    },
  );
  const spoken = voice.success + voice.failure;
  if (spoken > 0) lines.push(`voice: ${voice.success} of ${spoken} succeeded`);
  return lines.length > 0 ? `${agent}\n${lines.join("\n")}` : `${agent}: no responses yet`;
}
