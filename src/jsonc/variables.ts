export interface Variables {
  workspaceFolder: string;
  env: Readonly<Record<string, string | undefined>>;
}

/** Replaces `${workspaceFolder}` and `${env:NAME}`; `warn` hears of those that have no value. */
export function substitute(text: string, variables: Variables, warn: (message: string) => void): string {
  return text.replace(/\$\{([^}]*)\}/g, (whole, name: string) => {
    if (name === "workspaceFolder") return variables.workspaceFolder;
    if (name.startsWith("env:")) {
      const value = variables.env[name.slice(4)];
      if (value === undefined)
        warn(`the environment variable ${name.slice(4)} is not set; nothing stands in its place.`);
      return value ?? "";
    }
    warn(`${whole} is unknown and left as it is. Known are \${workspaceFolder} and \${env:NAME}.`);
    return whole;
  });
}
