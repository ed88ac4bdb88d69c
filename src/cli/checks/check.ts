/** One thing that was looked at. */
export interface Check {
  name: string;
  /** `info`: not there, and nothing is wrong with that. */
  status: "ok" | "info" | "failed";
  detail: string;
  /** What to do about it. */
  advice?: string;
}

export type Outcome = Omit<Check, "name">;

/** The outcome of `look`; what it throws makes the check fail, with this advice. */
export async function check(name: string, look: () => Promise<Outcome>, advice?: string): Promise<Check> {
  try {
    return { name, ...(await look()) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { name, status: "failed", detail, ...(advice !== undefined && { advice }) };
  }
}

/** Asks until the answer fits, at most so many seconds; undefined when it never did. */
export async function poll<T>(seconds: number, ask: () => Promise<T | undefined>): Promise<T | undefined> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || performance.now() >= deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
