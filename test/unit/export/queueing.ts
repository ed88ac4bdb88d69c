/** A process that puts requests into a queue until it is killed: `queueing.ts FOLDER`. */
import { DiskQueue } from "../../../src/record/export/push/diskQueue.ts";

const queue = new DiskQueue({ folder: process.argv[2] ?? "", maxBytes: 1e9, log: () => {} });
for (let i = 1; ; i++) {
  queue.push(new Uint8Array(50_000).fill(i % 251), 1);
  console.log(i);
}
