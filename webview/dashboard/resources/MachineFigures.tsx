import { Fragment } from "preact";
import { formatBytes, formatPercent } from "../../../src/model/format.ts";
import type { Pressure, SystemSample } from "../../../src/model/resources.ts";
import { Meter } from "./Meter.tsx";

const rate = (bytes: number) => `${formatBytes(bytes)}/s`;

/** The machine at this moment, or the container that it is. */
export function MachineFigures({ system }: { system: SystemSample | undefined }) {
  return (
    <section class="panel" aria-labelledby="machine">
      <h2 id="machine">
        {system?.memory.limited ? "Container" : "Machine"} <span class="quiet">now</span>
      </h2>
      {system ? <Figures system={system} /> : <p class="quiet">Read while an agent runs or somebody looks.</p>}
    </section>
  );
}

function Figures({ system }: { system: SystemSample }) {
  const { cpu, cores, cpuLimit, memory, swap, pressure, disks, networks, temperatures, fileSystem } = system;
  return (
    <>
      {cores && cores.length > 0 && <Cores cores={cores} />}
      <table class="meters">
        <tbody>
          {cpu !== undefined && <Meter name="CPU, all cores" figure={formatPercent(cpu)} share={cpu} />}
          {cpuLimit !== undefined && <Meter name="CPU limit" figure={`${cpuLimit} cores`} />}
          <Meter
            name={memory.limited ? "Memory of the container" : "Memory"}
            figure={`${formatBytes(memory.used)} of ${formatBytes(memory.total)}`}
            share={memory.used / memory.total}
          />
          {swap && swap.total > 0 && (
            <Meter
              name="Swap"
              figure={`${formatBytes(swap.used)} of ${formatBytes(swap.total)}`}
              share={swap.used / swap.total}
            />
          )}
          {pressure && <Waiting name="Waiting for CPU" pressure={pressure.cpu} />}
          {pressure && <Waiting name="Waiting for memory" pressure={pressure.memory} />}
          {pressure && <Waiting name="Waiting for I/O" pressure={pressure.io} />}
          {disks?.map(({ name, readRate, writeRate, busy }) => (
            <Fragment key={name}>
              <Meter name={`Disk ${name}`} figure={`${rate(readRate)} in, ${rate(writeRate)} out`} />
              {busy !== undefined && <Meter name="of the time busy" figure={formatPercent(busy)} share={busy} />}
            </Fragment>
          ))}
          {networks?.map(({ name, receiveRate, transmitRate }) => (
            <Meter key={name} name={`Network ${name}`} figure={`${rate(receiveRate)} in, ${rate(transmitRate)} out`} />
          ))}
          {temperatures?.map(({ name, celsius }) => (
            <Meter key={name} name={name} figure={`${Math.round(celsius)} °C`} />
          ))}
          {fileSystem && (
            <Meter
              name="Disk of the record"
              figure={`${formatBytes(fileSystem.free)} free`}
              share={1 - fileSystem.free / fileSystem.size}
            />
          )}
        </tbody>
      </table>
    </>
  );
}

function Waiting({ name, pressure }: { name: string; pressure: Pressure | undefined }) {
  if (!pressure) return null;
  return <Meter name={name} figure={formatPercent(pressure.some, 1)} share={pressure.some} />;
}

/** How busy each logical core is, as columns. */
function Cores({ cores }: { cores: readonly number[] }) {
  const busiest = Math.max(...cores);
  const said = `${cores.length} cores, the busiest at ${formatPercent(busiest)}`;
  return (
    <figure class="cores" role="img" aria-label={said} title={said}>
      {cores.map((share, i) => (
        // Cores have no identity but their place.
        <i key={i} title={`Core ${i}: ${formatPercent(share)}`}>
          <b style={{ height: `${(Math.min(1, share) * 100).toFixed(0)}%` }} />
        </i>
      ))}
    </figure>
  );
}
