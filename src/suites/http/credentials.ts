/** An address without the name and password that stand in it, and those as the header that sends them (RFC 7617). */
export function apart(address: URL): { url: URL; authorization?: string } {
  if (address.username === "" && address.password === "") return { url: address };
  const url = new URL(address);
  url.username = "";
  url.password = "";
  const credentials = [address.username, address.password].map(decoded).join(":");
  return { url, authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}

/** An address as it is told to people. */
export function withoutCredentials(address: string): string {
  return address.replace(/^([a-z]+:\/\/)[^/?#]*@/i, "$1");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A % that is one.
  }
}
