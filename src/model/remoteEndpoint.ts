/** An address outside this process, with what it wants to see. */
export interface RemoteEndpoint {
  url: string;
  /** E.g. `Authorization`. `${env:NAME}` stands for an environment variable. */
  headers: Record<string, string>;
}

/**
 * With `${env:NAME}` in its headers replaced, so that a token needs to stand in no settings file, and a user and
 * password of its URL made into a header.
 * @throws naming the setting's fault, for people
 */
export function resolved(endpoint: RemoteEndpoint, env: Readonly<Record<string, string | undefined>>): RemoteEndpoint {
  const url = URL.canParse(endpoint.url) ? new URL(endpoint.url) : undefined;
  if (!url || !["http:", "https:"].includes(url.protocol))
    // It may be a password without its address: not shown.
    throw new Error("What is named is no address: it begins with http:// or https://.");
  const headers = Object.entries(endpoint.headers).map(([name, value]) => [name, withVariables(name, value, env)]);
  const { username, password } = url;
  if (username !== "" || password !== "") {
    const secret = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64");
    headers.unshift(["Authorization", `Basic ${secret}`]);
    url.username = "";
    url.password = "";
  }
  return { url: url.href, headers: Object.fromEntries(headers) };
}

/** An address as it may be shown: without a password, or a token that its query may hold. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return "an address that is none";
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === "/" ? "" : pathname}`;
}

function withVariables(name: string, value: string, env: Readonly<Record<string, string | undefined>>): string {
  // A header's name is a token of RFC 9110; a line break in a value would begin another header.
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
    throw new Error("What stands for a header's name is no name of a header: letters, digits and hyphens make one.");
  const whole = value.replace(/\$\{env:([^}]+)\}/g, (_, variable: string) => {
    const found = env[variable];
    if (found === undefined) throw new Error(`The header ${name} names \${env:${variable}}, which is not set.`);
    return found.trim();
  });
  if (/[\r\n\0]/.test(whole)) throw new Error(`The header ${name} has a line break in its value.`);
  return whole;
}
