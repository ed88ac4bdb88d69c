import { allocationColumns } from "../columns.tsx";
import type { HeapModel } from "../heapModel.ts";
import type { FunctionSubject } from "../subject.ts";
import { TreeTable } from "../tree/TreeTable.tsx";

/** By which calls a function of a profile was reached. */
export function FunctionPane({ model, subject }: { model: HeapModel; subject: FunctionSubject }) {
  const { of, callers, failure } = subject;
  const total = model.facts?.kind === "profile" ? model.facts.total : 1;
  return (
    <section class="pane" aria-label="Callers">
      <div class="pane-head">
        <h2>
          What calls <code>{of.function}</code>
        </h2>
        <span class="quiet cut">{failure ?? "From it outward to where the program begins"}</span>
      </div>
      {callers && (
        <TreeTable
          label="Callers"
          tree={callers}
          columns={allocationColumns(total, model.reveal)}
          empty="Nothing calls it: the program begins there."
        />
      )}
    </section>
  );
}
