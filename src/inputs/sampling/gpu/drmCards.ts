import { basename } from "node:path";
import { defined } from "./defined.ts";
import { linkTarget, namesIn, readNumber, readText } from "./files.ts";
import { pciName } from "./pciName.ts";

/** A graphics card as Linux lists it. */
export interface DrmCard {
  /** `/sys/class/drm/card1` */
  folder: string;
  /** Its folder of the bus: `/sys/class/drm/card1/device`. */
  device: string;
  /** `0000:03:00.0` */
  pci: string;
  name: string;
  driver: string | undefined;
}

/** Cards of one maker (`0x1002`), in the order of their numbers. */
export function drmCards(sys: string, maker: string): DrmCard[] {
  const folders = namesIn(sys, "class", "drm")
    .filter((name) => /^card\d+$/.test(name))
    .sort((a, b) => Number(a.slice(4)) - Number(b.slice(4)))
    .map((name) => `${sys}/class/drm/${name}`);
  return folders.flatMap((folder) => {
    const device = `${folder}/device`;
    if (readText(device, "vendor") !== maker) return [];
    const uevent = readText(device, "uevent") ?? "";
    const told = (key: string) => new RegExp(`^${key}=(.+)$`, "m").exec(uevent)?.[1];
    const pci = told("PCI_SLOT_NAME") ?? basename(linkTarget(device) ?? folder);
    const name = readText(device, "product_name") || pciName(maker, readText(device, "device") ?? "", sys);
    return [{ folder, device, pci, name, driver: told("DRIVER") }];
  });
}

/** Asleep by the kernel's own power saving: reading its sensors would wake it. */
export function sleeps({ device }: DrmCard): boolean {
  return readText(device, "power", "runtime_status") === "suspended";
}

/** Sensors of a card by hwmon, in SI units; a card without has none of them. */
export function sensors({ device }: DrmCard) {
  const [folder] = namesIn(device, "hwmon");
  const read = (unit: number, ...names: string[]) =>
    names
      .map((name) => (folder ? readNumber(unit, device, "hwmon", folder, name) : undefined))
      .find((v) => v !== undefined);
  return {
    ...defined({
      celsius: read(1e-3, "temp1_input", "temp2_input"),
      power: read(1e-6, "power1_average", "power1_input"),
      powerLimit: read(1e-6, "power1_cap", "power1_max"),
      coreClock: read(1, "freq1_input"),
      memoryClock: read(1, "freq2_input"),
    }),
    /** Joules so far. */
    energy: read(1e-6, "energy1_input"),
  };
}
