// heapToolkit.mjs FILE: all that Chrome DevTools' own code tells of a snapshot when it is opened.
import { createReadStream } from "node:fs";
import { parse } from "heap-snapshot-toolkit";

const heap = await parse(createReadStream(process.argv[2], "utf8"));
const classes = heap.aggregatesWithFilter({});
console.log(Object.keys(classes).length);
