import type { Severity } from "./severity.ts";

const severityIcons: Record<Severity, string> = {
  ok: "pass",
  info: "info",
  unproven: "question",
  warning: "warning",
  error: "error",
};

/** A codicon, silent to screen readers: the word beside it says the same. */
export function Icon({ name, spin = false }: { name: string; spin?: boolean }) {
  return <span class={`codicon codicon-${name}${spin ? " codicon-modifier-spin" : ""}`} aria-hidden="true" />;
}

export function SeverityIcon({ severity }: { severity: Severity }) {
  return (
    <span class={`severity severity-${severity}`}>
      <Icon name={severityIcons[severity]} />
    </span>
  );
}
