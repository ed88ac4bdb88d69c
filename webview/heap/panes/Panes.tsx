import type { HeapModel } from "../heapModel.ts";
import type { Subject } from "../subject.ts";
import { ClassPane } from "./ClassPane.tsx";
import { FunctionPane } from "./FunctionPane.tsx";
import { HoldersPane } from "./HoldersPane.tsx";
import { ObjectPane } from "./ObjectPane.tsx";

/** What is looked at closely: what holds it, and what it is. */
export function Panes({ model, subject, height }: { model: HeapModel; subject: Subject; height: number }) {
  return (
    <div class="panes" style={{ "--panes-height": `${height}px` }}>
      {subject.kind === "class" && <ClassPane key={subject.of.class} model={model} subject={subject} />}
      {subject.kind === "function" && <FunctionPane key={subject.of.node} model={model} subject={subject} />}
      {subject.kind === "object" && (
        <>
          <HoldersPane key={subject.node} model={model} subject={subject} />
          <ObjectPane key={`${subject.beside.node} beside`} model={model} subject={subject} />
        </>
      )}
    </div>
  );
}
