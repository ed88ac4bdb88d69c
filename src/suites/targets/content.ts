import { extname } from "node:path";
import Type from "typebox";

/** What a request says, in one of three ways. */
export const Content = {
  json: Type.Optional(Type.Unknown({ description: "What is sent: any JSON." })),
  text: Type.Optional(Type.String({ description: "What is sent: text, as it is." })),
  file: Type.Optional(
    Type.String({
      description: "What is sent: a file, such as a recording; relative to the suite's folder.",
      minLength: 1,
      examples: ["voices/hello.wav"],
    }),
  ),
};

const types: Record<string, string> = { ".wav": "audio/wav", ".json": "application/json", ".txt": "text/plain" };

/** @throws when more than one is given, or the file can't be read */
export function contentOf(
  { json, text, file }: { json?: unknown; text?: string; file?: string },
  readFile: (name: string) => Buffer,
): { type?: string; body?: string | Buffer } {
  const given = [json, text, file].filter((one) => one !== undefined).length;
  if (given > 1) throw new Error("A request says one thing: give json, text or file");
  if (json !== undefined) return { type: "application/json", body: JSON.stringify(json) };
  if (text !== undefined) return { body: text };
  if (file === undefined) return {};
  const type = types[extname(file).toLowerCase()];
  return { ...(type !== undefined && { type }), body: readFile(file) };
}
