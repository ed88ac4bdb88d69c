/** Runs `work` under one line that says what takes time; on a terminal the line counts the seconds. */
export async function withProgress<T>(title: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  const live = process.stdout.isTTY === true;
  process.stdout.write(live ? `${title} …` : `${title} …\n`);
  const ticker = live ? setInterval(() => process.stdout.write(`\r${title} … ${seconds()} s`), 1000) : undefined;
  try {
    const result = await work();
    process.stdout.write(`${live ? "\r" : ""}${title}: done in ${seconds()} s\n`);
    return result;
  } catch (error) {
    if (live) process.stdout.write("\n");
    throw error;
  } finally {
    clearInterval(ticker);
  }
}
