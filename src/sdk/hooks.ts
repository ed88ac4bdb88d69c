/** Functions of the agent's own that run when the collector asks. */
export class Hooks {
  #hooks = new Set<() => unknown>();

  /** Returns a function that takes the hook away. */
  add(hook: () => unknown): () => void {
    const own = () => hook();
    this.#hooks.add(own);
    return () => void this.#hooks.delete(own);
  }

  /** Runs all at once and waits for them. @returns how many ran. @throws the first error, or when `milliseconds` pass. */
  async run(milliseconds: number): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const fail = () => reject(new Error(`not done within ${milliseconds / 1000} s`));
      timer = setTimeout(fail, milliseconds);
    });
    try {
      const running = Promise.all([...this.#hooks].map(async (hook) => hook()));
      return (await Promise.race([running, late])).length;
    } finally {
      clearTimeout(timer);
    }
  }
}
