import type { GpuSample } from "../../../../model/resources.ts";
import type { InstanceFigures, ListedInstance } from "./instances.ts";

const OF_CARD = "It is the whole card's, not an instance's: look at the card itself.";

/** A partitioned card and its MIG instances: the card's processes are told with the instance that they run on. */
export function instanceSamples(
  card: GpuSample,
  listed: readonly ListedInstance[],
  figures: readonly InstanceFigures[],
  trouble: string | undefined,
): GpuSample[] {
  if (listed.length === 0) return [];
  const parts = listed.map((instance): GpuSample => {
    const found = figures.find(({ device }) => device === instance.device);
    const reason = trouble ?? "nvidia-smi -q has not told it yet.";
    return {
      time: card.time,
      id: instance.uuid,
      index: card.index,
      name: `${card.name} MIG ${instance.profile} (${instance.device})`,
      vendor: "nvidia",
      ...(found?.memoryUsed !== undefined && { memoryUsed: found.memoryUsed }),
      ...(found?.memoryTotal !== undefined && { memoryTotal: found.memoryTotal }),
      ...(found && { processes: found.processes }),
      missing: {
        ...(card.missing.utilization && { utilization: card.missing.utilization }),
        ...(found?.memoryUsed === undefined && { memory: reason }),
        ...(!found && { processes: reason }),
        temperature: OF_CARD,
        power: OF_CARD,
        clocks: OF_CARD,
        throttle: OF_CARD,
      },
    };
  });
  const processes = "They are told with the instance that they run on.";
  return [{ ...card, missing: { ...card.missing, processes } }, ...parts];
}
