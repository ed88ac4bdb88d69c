/** How bad something is, mildest first. */
export type Severity = "info" | "notice" | "warning" | "error" | "critical" | "emergency";
