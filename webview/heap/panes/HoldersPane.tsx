import { formatCount } from "../../../src/model/format.ts";
import { holderColumns } from "../columns.tsx";
import type { HeapModel } from "../heapModel.ts";
import { nodeOf } from "../heapRow.ts";
import type { ObjectSubject, Way } from "../subject.ts";
import { TreeTable } from "../tree/TreeTable.tsx";

const ways: [way: Way, title: string][] = [
  ["telling", "Most telling"],
  ["shortest", "Shortest"],
  ["all", "All"],
];

/** By which ways an object is held: outward to the root, or all that points to it. */
export function HoldersPane({ model, subject }: { model: HeapModel; subject: ObjectSubject }) {
  const { details, holders, failure } = subject;
  const alike = details?.alike;
  return (
    <section class="pane" aria-label="What holds it">
      <div class="pane-head">
        <h2 class="cut">
          What holds <code>{details ? `${details.className} @${details.id}` : "…"}</code>
        </h2>
        {alike && alike.count > 1 && (
          <span class="quiet cut">{formatCount(alike.count)} are held in this same way</span>
        )}
        <fieldset class="segments" aria-label="Ways">
          {ways.map(([way, title]) => (
            <button key={way} type="button" aria-pressed={subject.way === way} onClick={() => subject.show(way)}>
              {title}
            </button>
          ))}
        </fieldset>
      </div>
      {failure && <p class="state">{failure}</p>}
      {holders ? (
        <TreeTable
          key={subject.way}
          label="Holders"
          tree={holders}
          columns={holderColumns(model.reveal)}
          selected={subject.selected}
          onSelect={(row) => {
            const node = nodeOf(row);
            if (node !== undefined) subject.choose(row.key, node);
          }}
          onOpen={(row) => {
            const node = nodeOf(row);
            if (node !== undefined) model.lookAt(node);
          }}
          empty="Nothing holds it: it goes with the next collection."
        />
      ) : (
        !failure && <p class="state quiet">Looking for the ways to the root…</p>
      )}
    </section>
  );
}
