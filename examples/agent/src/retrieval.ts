/** RAG search: keyword search over the passages of the documents. */
import MiniSearch from "minisearch";
import { type Passage, passages } from "./documents.ts";
import { isStopWord } from "./model/text.ts";

const FOUND_AT_MOST = 4;

/** Builds the index once; the returned function finds the passages that fit a question, best first. */
export function createSearch(documents: readonly string[]): (question: string) => Passage[] {
  const index = new MiniSearch<Passage>({
    fields: ["title", "heading", "text"],
    storeFields: ["title", "heading", "text"],
    processTerm: (term) => (isStopWord(term) ? null : term.toLowerCase()),
    searchOptions: { boost: { title: 2, heading: 2 }, prefix: (term) => term.length > 3, fuzzy: 0.2 },
  });
  index.addAll(documents.flatMap(passages));
  return (question) => index.search(question).slice(0, FOUND_AT_MOST) as unknown as Passage[];
}
