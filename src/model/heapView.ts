/** Messages between the heap editor's webview and the editor. Questions carry an id and are answered or refused. */
import type { HeapFacts, HeapPlace, HeapProfileFacts, HeapProgress, HeapQuestion, HeapQuestions } from "./heap.ts";

/** Another snapshot beside the one that is looked at, to compare it with. */
export interface HeapSibling {
  path: string;
  /** Its file's name. */
  name: string;
  fileSize: number;
  /** When it was written, Unix seconds. */
  time: number;
}

/** What the view keeps over a reload (`vscode.setState`). */
export interface HeapViewMemento {
  page?: HeapPageName;
  shapes?: boolean;
  before?: string;
  between?: string;
}

export type HeapPageName =
  | "summary"
  | "difference"
  | "dominators"
  | "strings"
  | "statistics"
  | "search"
  | "allocations"
  | "functions";

export type FromHeapView =
  /** The page stands and listens. */
  | { kind: "ready" }
  | { kind: "ask"; id: number; question: HeapQuestion }
  /** Ends an opening that is under way. */
  | { kind: "cancel" }
  /** Opens once more after a failure or a cancellation; `force` although memory may not suffice. */
  | { kind: "open"; force: boolean }
  | { kind: "reveal"; place: HeapPlace }
  | { kind: "copy"; text: string }
  /** Lets the user choose a snapshot to compare with; it comes as one more sibling. */
  | { kind: "browse" };

export type ToHeapView =
  | { kind: "opening"; name: string; fileSize: number; progress: HeapProgress }
  | {
      kind: "opened";
      name: string;
      facts: HeapFacts | HeapProfileFacts;
      /** When the file was written, Unix seconds. */
      time: number;
      siblings: HeapSibling[];
    }
  /** `wantsForce`: memory may not suffice, and it can be tried all the same. */
  | { kind: "failed"; name: string; message: string; wantsForce: boolean }
  | { kind: "cancelled"; name: string }
  /** Looks at one of its objects, by V8's id. */
  | { kind: "object"; id: number }
  | { kind: "siblings"; siblings: HeapSibling[]; chosen?: string }
  /** Of a comparison that is being made. */
  | { kind: "progress"; progress: HeapProgress }
  | { kind: "answer"; id: number; answer: HeapQuestions[keyof HeapQuestions][1] }
  | { kind: "refusal"; id: number; message: string };
