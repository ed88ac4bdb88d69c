import type { MessageConnection } from "vscode-jsonrpc/node";
import { HeapMemoryError } from "../heap/error.ts";
import { HeapFile } from "../heap/worker/heapFile.ts";
import { AskHeap, CloseHeap, HeapFileProgress, OpenHeap } from "./protocol.ts";
import { told } from "./told.ts";

interface OpenFile {
  file: Promise<HeapFile>;
  /** Ends it while it is read. */
  abort: AbortController;
}

/**
 * Serves the heap files that one client looks at, each in a worker thread of its own.
 * @param program the worker's program
 * @returns closes them all, for the client is gone
 */
export function serveHeaps(rpc: MessageConnection, program: string): () => void {
  const files = new Map<string, OpenFile>();
  const close = (session: string) => {
    const open = files.get(session);
    files.delete(session);
    open?.abort.abort(new Error("The reading was cancelled."));
    open?.file.then((file) => file.close()).catch(() => {}); // What could not be opened needs no closing.
  };
  rpc.onRequest(
    OpenHeap,
    told(async ({ session, path, force }) => {
      close(session);
      const abort = new AbortController();
      const file = HeapFile.open(path, {
        program,
        force,
        signal: abort.signal,
        onProgress: (progress) => void rpc.sendNotification(HeapFileProgress, { session, ...progress }).catch(() => {}), // The client is gone.
      });
      files.set(session, { file, abort });
      try {
        return { kind: "opened" as const, facts: (await file).facts };
      } catch (error) {
        if (files.get(session)?.file === file) files.delete(session);
        if (error instanceof HeapMemoryError) return { kind: "tooLarge" as const, message: error.message };
        throw error;
      }
    }),
  );
  rpc.onRequest(
    AskHeap,
    told(async ({ session, question }) => {
      const open = files.get(session);
      if (!open) throw new Error("This heap file is not open here: open it again.");
      return (await open.file).ask(question);
    }),
  );
  rpc.onNotification(CloseHeap, ({ session }) => close(session));
  return () => {
    for (const session of [...files.keys()]) close(session);
  };
}
