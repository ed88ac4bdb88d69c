import { maskSecrets } from "../../model/mask.ts";

/** Masks texts that leave a run: what looks like a secret, and values of the environment that the suite was filled with. */
export function maskOf(secrets: readonly string[]): (text: string) => string {
  const forms = new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret), inJson(secret)]));
  // A longer one may hold a shorter one.
  const known = [...forms].filter((form) => form !== "").sort((a, b) => b.length - a.length);
  return (text) => maskSecrets(known.reduce((masked, secret) => masked.replaceAll(secret, "***"), text));
}

const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
