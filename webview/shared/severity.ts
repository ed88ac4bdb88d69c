/** How grave a thing is, told by icon, word and place together. */
export type Severity = "ok" | "info" | "unproven" | "warning" | "error";
