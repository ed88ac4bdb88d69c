/** True for hosts that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[?::1\]?)$/i.test(host);
}

/**
 * The URL of an inspector: `ws://127.0.0.1:9229/ID`; its path is `/` when only host and port were given.
 * @throws with what to do when it is no such URL or of another machine
 */
export function inspectorUrl(text: string): URL {
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `ws://${text}`);
  if (!url || !["ws:", "http:"].includes(url.protocol) || url.username || url.password) {
    throw new Error(`"${text}" is no inspector's address. It looks like ws://127.0.0.1:9229/ID, as Node prints it.`);
  }
  if (!isLoopback(url.hostname)) {
    throw new Error(
      `The inspector at ${url.host} is on another machine. Whoever reaches an inspector rules the process, so only this machine's are attached to: forward the port with "ssh -L ${url.port || "9229"}:127.0.0.1:${url.port || "9229"} ${url.hostname.replace(/[[\]]/g, "")}" and attach to 127.0.0.1.`,
    );
  }
  url.protocol = "ws:";
  return url;
}

/** `host:port`, with the brackets of IPv6. */
export function authority(host: string, port: number): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]:${port}` : `${host}:${port}`;
}
