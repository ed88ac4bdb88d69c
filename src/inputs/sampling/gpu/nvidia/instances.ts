import { cellNumber, MIB } from "./cells.ts";

/** A MIG instance as `nvidia-smi -L` lists it. */
export interface ListedInstance {
  uuid: string;
  /** Of the card that it is a part of. */
  card: string;
  /** `3g.40gb`. */
  profile: string;
  /** Numbered within its card. */
  device: number;
}

/** Lines of `nvidia-smi -L`: a card, and indented below it its instances. */
export function listedInstances(text: string): ListedInstance[] {
  let card = "";
  const instances: ListedInstance[] = [];
  for (const line of text.split("\n")) {
    card = /^GPU \d+: .*\(UUID: (GPU-[^)]+)\)/.exec(line)?.[1] ?? card;
    const [, profile, device, uuid] = /^\s+MIG (\S+)\s+Device\s+(\d+): \(UUID: (MIG-[^)]+)\)/.exec(line) ?? [];
    if (profile && uuid) instances.push({ uuid, card, profile, device: Number(device) });
  }
  return instances;
}

/** What `nvidia-smi -q` tells of the instances of a card. */
export interface InstanceFigures {
  device: number;
  memoryUsed?: number;
  memoryTotal?: number;
  processes: { pid: number; memory: number }[];
}

/** The instances of each card, by its UUID, in the text of one `nvidia-smi -q`. */
export function instanceFigures(text: string): Map<string, InstanceFigures[]> {
  const cards = new Map<string, InstanceFigures[]>();
  for (const section of text.split(/^GPU [\dA-F]{4,8}:/im).slice(1)) {
    const uuid = /^\s+GPU UUID\s+: (\S+)/m.exec(section)?.[1];
    const devices = section.split(/^\s+MIG Device\s*$/m).slice(1);
    if (uuid)
      cards.set(
        uuid,
        devices.map((device) => instance(device, section)),
      );
  }
  return cards;
}

function instance(text: string, card: string): InstanceFigures {
  const value = (name: string) => new RegExp(`^\\s+${name}\\s+: (\\S+)`, "m").exec(text)?.[1];
  // "Shared FB Memory Usage" since 470, "FB Memory Usage" before.
  const memory = /FB Memory Usage\s*\n((?:\s+\S.*: .*\n?){1,4})/.exec(text)?.[1] ?? "";
  const mebibytes = (name: string) =>
    cellNumber(new RegExp(`^\\s+${name}\\s+: (\\d+) MiB`, "m").exec(memory)?.[1], MIB);
  const [used, total] = [mebibytes("Used"), mebibytes("Total")];
  return {
    device: Number(value("Index")),
    ...(used !== undefined && { memoryUsed: used }),
    ...(total !== undefined && { memoryTotal: total }),
    processes: processes(card, value("GPU Instance ID"), value("Compute Instance ID")),
  };
}

function processes(card: string, gpuInstance?: string, computeInstance?: string): { pid: number; memory: number }[] {
  return card
    .split(/^\s+GPU instance ID\s+: /m)
    .slice(1)
    .flatMap((text) => {
      const ofGpu = /^\S+/.exec(text)?.[0];
      const ofCompute = /^\s+Compute instance ID\s+: (\S+)/m.exec(text)?.[1];
      const pid = /^\s+Process ID\s+: (\d+)/m.exec(text)?.[1];
      const memory = cellNumber(/^\s+Used GPU Memory\s+: (\d+) MiB/m.exec(text)?.[1], MIB);
      const here = ofGpu === gpuInstance && ofCompute === computeInstance;
      return here && pid && memory !== undefined ? [{ pid: Number(pid), memory }] : [];
    });
}
