import type { AllocationNode, AllocationProfile } from "../../../model/leaks.ts";

/** A function of the developer's, and what was allocated in it or in what it called that is still held. */
export interface HoldingFunction {
  name: string;
  /** Where it begins, from 0. */
  file: string;
  line: number;
  column: number;
  bytes: number;
}

/** The developer's functions by what they allocated: a library's bytes count for who called it. The most first. */
export function holdingFunctions(profile: AllocationProfile): HoldingFunction[] {
  const found = new Map<string, HoldingFunction>();
  const waiting: { node: AllocationNode; owner: HoldingFunction | undefined }[] = [
    { node: profile.head, owner: undefined },
  ];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { node } = next;
    const owner = isOwn(node.callFrame.url) ? functionOf(found, node) : next.owner;
    if (owner) owner.bytes += node.selfSize;
    for (const child of node.children) waiting.push({ node: child, owner });
  }
  return [...found.values()].filter(({ bytes }) => bytes > 0).sort((a, b) => b.bytes - a.bytes);
}

function functionOf(found: Map<string, HoldingFunction>, { callFrame }: AllocationNode): HoldingFunction {
  const { functionName, url, lineNumber, columnNumber } = callFrame;
  const key = `${url}:${lineNumber}:${columnNumber}`;
  const known = found.get(key) ?? { name: functionName, file: url, line: lineNumber, column: columnNumber, bytes: 0 };
  found.set(key, known);
  return known;
}

/** What a developer can change. */
export function isOwn(file: string): boolean {
  return file !== "" && !file.startsWith("node:") && !/[\\/]node_modules[\\/]/.test(file);
}
