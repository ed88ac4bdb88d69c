// heapParser.cjs FILE: what VS Code's own viewer tells of a snapshot when it is opened.
const { readFileSync } = require("node:fs");
const { decode_bytes } = require("@vscode/v8-heap-parser");

const heap = decode_bytes(readFileSync(process.argv[2]));
console.log(heap.get_class_groups(0, 500, false).length);
