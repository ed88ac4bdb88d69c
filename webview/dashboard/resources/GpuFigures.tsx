import { formatBytes, formatPercent, threeDigits } from "../../../src/model/format.ts";
import type { GpuFigure, GpuReading, GpuSample } from "../../../src/model/resources.ts";
import type { AgentState } from "../../../src/model/state.ts";
import { Meter } from "./Meter.tsx";

/** Each GPU with every figure, or why it can't be had. */
export function GpuFigures({ reading, agent }: { reading: GpuReading | undefined; agent: AgentState }) {
  const gpus = reading?.gpus ?? [];
  return (
    <section class="panel" aria-labelledby="gpus">
      <h2 id="gpus">
        {gpus.length > 1 ? `${gpus.length} GPUs` : "GPU"} <span class="quiet">now</span>
      </h2>
      {reading?.message && <p class="quiet">{reading.message}</p>}
      {gpus.length === 0 && !reading?.message && (
        <p class="quiet">{reading ? "No GPU was found." : "Read while an agent runs or somebody looks."}</p>
      )}
      {gpus.map((gpu) => (
        <Gpu key={gpu.id} gpu={gpu} agent={agent} several={gpus.length > 1} />
      ))}
    </section>
  );
}

const gigahertz = (hertz: number) => `${threeDigits(hertz / 1e9)} GHz`;

const names: Record<GpuFigure, string> = {
  utilization: "Busy",
  memory: "Memory",
  temperature: "Temperature",
  power: "Power",
  clocks: "Clocks",
  throttle: "Held down",
  processes: "Memory by process",
};

function Gpu({ gpu, agent, several }: { gpu: GpuSample; agent: AgentState; several: boolean }) {
  const { utilization, memoryUsed, memoryTotal, sharedMemory, celsius, power, powerLimit, coreClock, memoryClock } =
    gpu;
  const pids = new Set(agent.processes?.map(({ pid }) => pid));
  const own = gpu.processes?.filter(({ pid }) => pids.has(pid)).reduce((sum, { memory }) => sum + memory, 0);
  const others = gpu.processes?.filter(({ pid }) => !pids.has(pid)) ?? [];
  const missing = Object.entries(gpu.missing) as [GpuFigure, string][];
  const clocks = [
    ...(coreClock === undefined ? [] : [gigahertz(coreClock)]),
    ...(memoryClock === undefined ? [] : [`memory ${gigahertz(memoryClock)}`]),
  ];
  const used = memoryUsed === undefined ? undefined : formatBytes(memoryUsed);
  return (
    <>
      <h3 class="cut">
        {several ? `${gpu.index}: ` : ""}
        {gpu.name}
      </h3>
      <table class="meters">
        <tbody>
          {utilization !== undefined && <Meter name="Busy" figure={formatPercent(utilization)} share={utilization} />}
          {used !== undefined && (
            <Meter
              name={sharedMemory ? "Memory, shared with the CPU" : "Memory"}
              figure={memoryTotal === undefined ? used : `${used} of ${formatBytes(memoryTotal)}`}
              share={memoryTotal === undefined ? undefined : (memoryUsed ?? 0) / memoryTotal}
            />
          )}
          {own !== undefined && (
            <Meter
              name="of it this agent"
              figure={formatBytes(own)}
              share={memoryTotal === undefined ? undefined : own / memoryTotal}
            />
          )}
          {others.length > 0 && (
            <Meter
              name={`of it ${others.length} other process${others.length === 1 ? "" : "es"}`}
              figure={formatBytes(others.reduce((sum, { memory }) => sum + memory, 0))}
            />
          )}
          {celsius !== undefined && <Meter name="Temperature" figure={`${Math.round(celsius)} °C`} />}
          {power !== undefined && (
            <Meter
              name="Power"
              figure={
                powerLimit === undefined
                  ? `${threeDigits(power)} W`
                  : `${threeDigits(power)} of ${threeDigits(powerLimit)} W`
              }
              share={powerLimit === undefined ? undefined : power / powerLimit}
            />
          )}
          {clocks.length > 0 && <Meter name="Clocks" figure={clocks.join(", ")} />}
          {gpu.throttle && <Meter name="Held down" figure={gpu.throttle.length > 0 ? gpu.throttle.join(", ") : "no"} />}
        </tbody>
      </table>
      {missing.map(([figure, reason]) => (
        <p key={figure} class="missing">
          <b>{names[figure]}:</b> {reason}
        </p>
      ))}
    </>
  );
}
