import "@vscode/codicons/dist/codicon.css";
import "../shared/base.css";
import "../shared/controls.css";
import "./page.css";
import "./facts.css";
import "./tree/tree.css";
import "./panes/panes.css";
import { render } from "preact";
import { App } from "./App.tsx";
import { HeapClient } from "./heapClient.ts";
import { HeapModel } from "./heapModel.ts";

const root = document.getElementById("root");
if (!root) throw new Error("The page of the heap view has no element #root to draw in.");

const client = new HeapClient((message) => model.take(message));
let isAsked = false;
const model = new HeapModel(client, () => {
  if (isAsked) return;
  isAsked = true;
  queueMicrotask(() => {
    isAsked = false;
    paint();
  });
});

function paint(): void {
  if (root) render(<App model={model} version={{}} />, root);
}

paint();
client.tell({ kind: "ready" });
