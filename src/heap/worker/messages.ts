import type { HeapFacts, HeapProfileFacts, HeapProgress, HeapQuestion, HeapQuestions } from "../../model/heap.ts";

export interface HeapWorkerData {
  path: string;
  /** Although memory may not suffice. */
  force: boolean;
}

export interface ToWorker {
  id: number;
  question: HeapQuestion;
}

export type FromWorker =
  | { kind: "progress"; progress: HeapProgress }
  | { kind: "opened"; facts: HeapFacts | HeapProfileFacts }
  | { kind: "failed"; name: string; message: string }
  | { kind: "answer"; id: number; answer: HeapQuestions[keyof HeapQuestions][1] }
  | { kind: "refusal"; id: number; name: string; message: string };
