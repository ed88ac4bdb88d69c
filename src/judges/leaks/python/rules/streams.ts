import { growthWords, holderWords } from "../evidence.ts";
import type { PythonRule } from "./rule.ts";

const OPEN =
  /^(socket|SSLSocket|TextIOWrapper|BufferedReader|BufferedWriter|BufferedRandom|FileIO|_TemporaryFileWrapper|StreamReader|StreamWriter|_SelectorSocketTransport|HTTPResponse|HTTPConnection|ClientSession|ClientResponse|AsyncClient)$/;

export const streams: PythonRule = {
  id: "streams-and-sockets",
  applies: ({ holder }) => OPEN.test(holder.class),
  explain: (evidence) => `Files or sockets stay open in ${holderWords(evidence)}: ${growthWords(evidence)}.`,
  advice:
    "Open each in a with block, or close() it in finally; of HTTP clients make one for all requests, and read or close each response.",
};
