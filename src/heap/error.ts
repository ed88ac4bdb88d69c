/** A file that is no heap snapshot, or a broken one: says what is wrong with it, where, and what to do. */
export class HeapSnapshotError extends Error {
  override readonly name = "HeapSnapshotError";
}

/** What was asked can't be answered: names what is not there, and what is. */
export class HeapQuestionError extends Error {
  override readonly name = "HeapQuestionError";
}

/** There is too little memory to read a snapshot: said before it is begun. */
export class HeapMemoryError extends Error {
  override readonly name = "HeapMemoryError";
}
