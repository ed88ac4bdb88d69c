declare const AGENT_VITALS_VERSION: string | undefined;

/** How the client names itself; the build puts the version in. */
export const CLIENT = `agent-vitals-node ${typeof AGENT_VITALS_VERSION === "string" ? AGENT_VITALS_VERSION : "source"}`;
