/** Names come from agents, servers and files: what would steer a terminal or turn its text around is shown as `?`. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
}

/** The same of a text that may have several lines: on one. */
export const printableLine = (text: string): string => printable(text.replace(/[\r\n]+/g, " "));
