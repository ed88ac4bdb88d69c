import { useState } from "preact/hooks";
import { DifferenceBar } from "./DifferenceBar.tsx";
import { Facts, ProfileFacts } from "./Facts.tsx";
import type { HeapModel } from "./heapModel.ts";
import { Opening } from "./Opening.tsx";
import { Panes } from "./panes/Panes.tsx";
import { Splitter } from "./panes/Splitter.tsx";
import { Statistics } from "./Statistics.tsx";
import { Table } from "./Table.tsx";
import { Toolbar } from "./Toolbar.tsx";

/** Height of the panes below the table before it was chosen, CSS pixels. */
const PANES = 300;

/** @param version another each time, so that what the model holds is looked at anew */
export function App({ model }: { model: HeapModel; version: object }) {
  const [height, setHeight] = useState(PANES);
  const { phase, facts, page, subject } = model;
  if (!phase) return null;
  if (!facts) return <Opening phase={phase} model={model} />;
  return (
    <div class="view">
      {facts.kind === "snapshot" ? <Facts facts={facts} model={model} /> : <ProfileFacts facts={facts} />}
      <Toolbar model={model} />
      {page === "difference" && <DifferenceBar model={model} />}
      {facts.kind === "snapshot" && page === "statistics" ? (
        <Statistics statistics={facts.statistics} />
      ) : (
        <>
          <main>
            <Table model={model} />
          </main>
          {subject && (
            <>
              <Splitter height={height} set={setHeight} />
              <Panes model={model} subject={subject} height={height} />
            </>
          )}
        </>
      )}
    </div>
  );
}
