import type { HeapPath } from "../../../src/model/heap.ts";
import { bytes, Place } from "../cells.tsx";
import { fieldColumns } from "../columns.tsx";
import type { HeapModel } from "../heapModel.ts";
import { nodeOf } from "../heapRow.ts";
import type { ObjectSubject } from "../subject.ts";
import { TreeTable } from "../tree/TreeTable.tsx";

/** An object's fields, and what is known of it. */
export function ObjectPane({ model, subject }: { model: HeapModel; subject: ObjectSubject }) {
  const { details, fields } = subject.beside;
  const { path } = subject;
  return (
    <section class="pane object" aria-label="Object">
      <div class="pane-head">
        <h2 class="cut">{details ? <code>{`${details.className} @${details.id}`}</code> : "Object"}</h2>
        {path && (
          <button type="button" class="small" onClick={() => model.copy(pathText(subject, path))}>
            Copy Path
          </button>
        )}
      </div>
      {details?.text !== undefined && <pre class="text">{details.text}</pre>}
      {details?.fields !== 0 && (
        <TreeTable
          label="Fields"
          tree={fields}
          columns={fieldColumns(model.reveal)}
          onOpen={(row) => {
            const node = nodeOf(row);
            if (node !== undefined) model.lookAt(node);
          }}
          empty="It points to nothing."
        />
      )}
      {details && (
        <dl class="known">
          <dt>Size</dt>
          <dd>
            {bytes(details.selfSize)} own, {bytes(details.retainedSize)} retained
          </dd>
          {details.place?.file && (
            <>
              <dt>{details.type === "closure" ? "Written at" : "Class at"}</dt>
              <dd>
                <Place place={details.place} reveal={model.reveal} />
              </dd>
            </>
          )}
          {details.allocatedAt?.map((frame, i) => (
            <>
              <dt key={`at ${i}`}>{i === 0 ? "Allocated in" : "called by"}</dt>
              <dd key={`in ${i}`}>
                <code>{frame.function || "(anonymous)"}</code> <Place place={frame} reveal={model.reveal} />
              </dd>
            </>
          ))}
          {details.dominator && (
            <>
              <dt>Dominated by</dt>
              <dd>
                <button
                  type="button"
                  class="link"
                  onClick={() => details.dominator && model.lookAt(details.dominator.node)}
                >
                  <code>
                    {details.dominator.name || "(root)"} @{details.dominator.id}
                  </code>
                </button>
              </dd>
            </>
          )}
        </dl>
      )}
    </section>
  );
}

/** The way as text, a line a step, for an issue or a chat. */
function pathText({ details }: ObjectSubject, { steps, root }: HeapPath): string {
  const lines = steps.map(({ edge, holder, words, place }) => {
    const at = place?.file ? ` (${place.file}:${place.line + 1})` : "";
    return `  ${edge.name} in ${words ?? holder.name} @${holder.id}${at}`;
  });
  return [`${details?.className ?? "object"} @${details?.id ?? ""} is held by`, ...lines, `  root: ${root}`].join("\n");
}
