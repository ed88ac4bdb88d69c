const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
const endings = new Set<() => Promise<unknown>>();
let listening = false;
let ending = false;

/** Has `end` run, last registered first, before a signal ends this process; returns how to take that back. */
export function onEnd(end: () => Promise<unknown>): () => void {
  if (!listening) for (const [signal, code] of Object.entries(EXIT_CODES)) process.on(signal, () => void endAll(code));
  listening = true;
  endings.add(end);
  return () => endings.delete(end);
}

async function endAll(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  for (const end of [...endings].reverse()) await end().catch(console.error);
  process.exit(code);
}
