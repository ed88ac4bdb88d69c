import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { ConnectionOptions } from "node:tls";
import Type from "typebox";
import { withoutCredentials } from "../http/credentials.ts";
import type { TargetContext } from "../target.ts";

/** What targets that speak HTTP have in common in a suite's file. */
export const httpProperties = {
  headers: Type.Optional(
    Type.Record(Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" }), Type.String(), {
      description: "Headers of each request.",
      examples: [{ accept: "application/json" }],
    }),
  ),
  tls: Type.Optional(
    Type.Object(
      {
        insecure: Type.Optional(
          Type.Boolean({ description: "Takes any certificate, also a self-signed one. Default: false." }),
        ),
        ca: Type.Optional(
          Type.String({ description: "File with the certificate (PEM) that is trusted.", minLength: 1 }),
        ),
      },
      { description: "How the server of an https address is trusted.", additionalProperties: false },
    ),
  ),
  maxBody: Type.Optional(
    Type.Integer({
      description: "Bytes of an answer that are taken; a longer one is an error. Default: 67108864.",
      minimum: 1,
      examples: [1_048_576],
    }),
  ),
  redirects: Type.Optional(
    Type.Integer({
      description: "Redirects that are followed; one more is an error. Default: 5.",
      minimum: 0,
      maximum: 20,
    }),
  ),
};

export const address = (description: string, example: string) =>
  Type.String({ description, pattern: "^https?://[^\\s/]", examples: [example] });

export const path = (description: string) => Type.String({ description, pattern: "^/" });

/** What {@link httpProperties} describe. */
export interface HttpSettings {
  headers?: Record<string, string>;
  tls?: { insecure?: boolean; ca?: string };
  maxBody?: number;
  redirects?: number;
}

const LONGEST_BODY = 64 * 1024 * 1024;
const REDIRECTS = 5;

export function limitsOf({ maxBody, redirects }: HttpSettings): { longestBody: number; redirects: number } {
  return { longestBody: maxBody ?? LONGEST_BODY, redirects: redirects ?? REDIRECTS };
}

/** @throws when the certificate's file can't be read */
export function tlsOf({ tls }: HttpSettings, { folder }: TargetContext): ConnectionOptions {
  if (!tls) return {};
  return {
    ...(tls.insecure && { rejectUnauthorized: false }),
    ...(tls.ca !== undefined && { ca: certificate(resolve(folder, tls.ca)) }),
  };
}

function certificate(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`The target's certificate can't be read (tls.ca): ${(error as Error).message}`, { cause: error });
  }
}

/** @throws where there is none */
export function parsedUrl(text: string): URL {
  const url = URL.parse(text);
  if (!url)
    throw new Error(
      `The target's url is no address: ${JSON.stringify(withoutCredentials(text))}. Write http://host:port`,
    );
  return url;
}

/** The address with a path put behind its own. */
export function under(base: URL, path: string): URL {
  const url = new URL(base);
  const [before = "", query] = path.split("?", 2);
  url.pathname = url.pathname.replace(/\/$/, "") + before;
  if (query !== undefined) url.search = query;
  return url;
}

/** Files that requests name, each read once: paths begin in the suite's folder. */
export function fileReader({ folder }: TargetContext): (name: string) => Buffer {
  const read = new Map<string, Buffer>();
  return (name) => {
    let bytes = read.get(name);
    if (!bytes) {
      bytes = readFileSync(resolve(folder, name));
      read.set(name, bytes);
    }
    return bytes;
  };
}
