import { formatBytes, formatCount, formatDuration } from "../../src/model/format.ts";
import type { HeapFacts, HeapProfileFacts, HeapStatistics } from "../../src/model/heap.ts";
import { signedBytes } from "./cells.tsx";
import type { HeapModel } from "./heapModel.ts";

interface Fact {
  title: string;
  figure: string;
}

/** What the file is, in one line of figures, and where its memory is. */
export function Facts({ facts, model }: { facts: HeapFacts; model: HeapModel }) {
  const { statistics } = facts;
  const { done, before } = model.comparing;
  const other = model.siblings.find(({ path }) => path === before);
  const all: Fact[] = [
    { title: "Total", figure: formatBytes(statistics.total) },
    ...(done && other ? [{ title: `Against ${other.name}`, figure: signedBytes(done.growth) }] : []),
    { title: "Objects", figure: formatCount(facts.nodes) },
    { title: "Strings", figure: formatBytes(statistics.strings) },
    { title: "Code", figure: formatBytes(statistics.code) },
    { title: "Outside of V8's heap", figure: formatBytes(statistics.native) },
    { title: "Read in", figure: formatDuration(facts.readTime) },
  ];
  return (
    <header class="facts">
      <Figures facts={all} />
      <Parts statistics={statistics} />
    </header>
  );
}

export function ProfileFacts({ facts }: { facts: HeapProfileFacts }) {
  const all: Fact[] = [
    { title: "Still held of what was allocated", figure: formatBytes(facts.total) },
    { title: "Functions", figure: formatCount(facts.functions) },
    { title: "Ways to call them", figure: formatCount(facts.nodes) },
  ];
  return (
    <header class="facts">
      <Figures facts={all} />
    </header>
  );
}

function Figures({ facts }: { facts: Fact[] }) {
  return (
    <dl>
      {facts.map(({ title, figure }) => (
        <div key={title}>
          <dt class="cut" title={title}>
            {title}
          </dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  );
}

export interface Part {
  id: string;
  title: string;
  /** Said in the table of statistics. */
  words: string;
  size: number;
}

/** Parts of the heap that add up to its total. */
export function partsOf({ other, strings, arrays, code, native, system }: HeapStatistics): Part[] {
  return [
    { id: "objects", title: "objects", words: "Objects, closures, numbers", size: other },
    { id: "strings", title: "strings", words: "Texts", size: strings },
    { id: "arrays", title: "arrays", words: "Stores of arrays", size: arrays },
    { id: "code", title: "code", words: "Compiled code", size: code },
    {
      id: "native",
      title: "outside",
      words: "Buffers, typed arrays and other memory outside of V8's heap",
      size: native,
    },
    { id: "system", title: "V8", words: "What V8 keeps for itself: maps, scopes, feedback", size: system },
  ];
}

function Parts({ statistics }: { statistics: HeapStatistics }) {
  const parts = partsOf(statistics).filter(({ size }) => size > 0);
  const words = parts.map(({ title, size }) => `${title} ${formatBytes(size)}`).join(", ");
  return (
    <div class="parts" role="img" aria-label={`Where the memory is: ${words}`} title={words}>
      <div class="parts-bar">
        {parts.map(({ id, size }) => (
          <span key={id} class={`part-${id}`} style={{ flexGrow: size }} />
        ))}
      </div>
      <ul>
        {parts.map(({ id, title }) => (
          <li key={id}>
            <span class={`key part-${id}`} /> {title}
          </li>
        ))}
      </ul>
    </div>
  );
}
