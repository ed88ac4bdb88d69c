import { readText } from "./files.ts";

/** Where distributions keep the names of the PCI devices, below the root that holds `/sys`. */
const LISTS = ["usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids", "usr/share/pci.ids"];
const MAKERS: Record<string, string> = { "0x1002": "AMD", "0x8086": "Intel", "0x10de": "NVIDIA" };

/** The name of a card by its numbers, `AMD Navi 31 [Radeon RX 7900 XTX]`; the numbers themselves where no list has it. */
export function pciName(maker: string, device: string, sys: string): string {
  const root = sys.replace(/sys\/?$/, "");
  const list = LISTS.map((path) => readText(root, path)).find((text) => text !== undefined) ?? "";
  const [from, id] = [list.indexOf(`\n${maker.slice(2)}  `), device.slice(2)];
  const to = from < 0 ? 0 : list.slice(from + 1).search(/\n[0-9a-f]{4} {2}/) + from + 1;
  const section = from < 0 ? "" : list.slice(from, to > from ? to : undefined);
  const name = new RegExp(`^\\t${id}  (.+)$`, "m").exec(section)?.[1];
  return `${MAKERS[maker] ?? maker} ${name ?? `GPU ${device}`}`;
}
