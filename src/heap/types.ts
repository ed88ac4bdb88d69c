import type { Layout } from "./read/layout.ts";

/** Numbers of the types in one snapshot's dialect; -1 for one that it does not have. */
export interface Types {
  hidden: number;
  array: number;
  string: number;
  object: number;
  code: number;
  closure: number;
  regexp: number;
  native: number;
  synthetic: number;
  consString: number;
  slicedString: number;
  edge: {
    context: number;
    element: number;
    property: number;
    internal: number;
    hidden: number;
    shortcut: number;
    weak: number;
    invisible: number;
  };
}

export function typesOf({ nodeTypes, edgeTypes }: Layout): Types {
  const node = (name: string) => nodeTypes.indexOf(name);
  const edge = (name: string) => edgeTypes.indexOf(name);
  return {
    hidden: node("hidden"),
    array: node("array"),
    string: node("string"),
    object: node("object"),
    code: node("code"),
    closure: node("closure"),
    regexp: node("regexp"),
    native: node("native"),
    synthetic: node("synthetic"),
    consString: node("concatenated string"),
    slicedString: node("sliced string"),
    edge: {
      context: edge("context"),
      element: edge("element"),
      property: edge("property"),
      internal: edge("internal"),
      hidden: edge("hidden"),
      shortcut: edge("shortcut"),
      weak: edge("weak"),
      invisible: edge("invisible"),
    },
  };
}
