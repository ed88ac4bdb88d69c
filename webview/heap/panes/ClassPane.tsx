import { formatCount } from "../../../src/model/format.ts";
import { clusterColumns } from "../columns.tsx";
import type { HeapModel } from "../heapModel.ts";
import { nodeOf } from "../heapRow.ts";
import type { ClassSubject } from "../subject.ts";
import { TreeTable } from "../tree/TreeTable.tsx";

/** How the objects of a class are held: those that are held in the same way are one row with one example. */
export function ClassPane({ model, subject }: { model: HeapModel; subject: ClassSubject }) {
  const { of, clusters } = subject;
  const total = model.facts?.kind === "snapshot" ? model.facts.statistics.total : 1;
  const ways = clusters.root.total;
  return (
    <section class="pane" aria-label="How they are held">
      <div class="pane-head">
        <h2>
          What holds <code>{of.name}</code>
        </h2>
        <span class="quiet cut">
          {formatCount(of.count)} objects
          {ways !== undefined && ` are held in ${ways === 1 ? "one way" : `${formatCount(ways)} ways`}`}. Enter shows
          one of a row.
        </span>
      </div>
      <TreeTable
        label="Ways of being held"
        tree={clusters}
        columns={clusterColumns(total, model.reveal)}
        onOpen={(row) => {
          const node = nodeOf(row);
          if (node !== undefined) model.lookAt(node);
        }}
        empty="Nothing holds them."
      />
    </section>
  );
}
