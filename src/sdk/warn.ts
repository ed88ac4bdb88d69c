const warned = new Set<string>();

/** Tells the developer through `process.emitWarning`, each text once. */
export function warnOnce(message: string): void {
  if (warned.has(message) || warned.size > 100) return;
  warned.add(message);
  process.emitWarning(message, "AgentVitalsWarning");
}
