import { createReadStream } from "node:fs";

/** Longer lines are no rows: something else was given. */
const LONGEST_LINE = 16 * 1024 * 1024;

/**
 * The lines of a file with their numbers from 1, read as they are asked for.
 * @throws with what is wrong with it, and where
 */
export async function* linesOf(file: string): AsyncGenerator<[line: string, number: number]> {
  const stream = createReadStream(file, { highWaterMark: 1024 * 1024 });
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  let number = 1;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const lines = (rest + decode(decoder, chunk, file, number)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) yield [line.replace(/\r$/, ""), number++];
      if (rest.length > LONGEST_LINE)
        throw new Error(`${file}:${number}: the line is longer than ${LONGEST_LINE} characters.`);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === "ENOENT" ? new Error(`${file}: there is no such file.`) : error;
  } finally {
    stream.destroy();
  }
  rest += decode(decoder, undefined, file, number);
  if (rest !== "") yield [rest.replace(/\r$/, ""), number];
}

function decode(
  decoder: InstanceType<typeof TextDecoder>,
  chunk: Buffer | undefined,
  file: string,
  number: number,
): string {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
  } catch {
    throw new Error(`${file}:${number} or below: the file is not in UTF-8. Save it in that encoding.`);
  }
}
