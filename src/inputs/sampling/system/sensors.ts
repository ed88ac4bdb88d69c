import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Drivers whose sensors are the processor's, which come first. */
const PROCESSOR = /^(coretemp|k10temp|zenpower|cpu_thermal|cpu-thermal|x86_pkg_temp|soc_thermal|acpitz)$/;
const MOST = 12;

/** Temperatures by sensor, from hwmon, else from the thermal zones; none in most virtual machines. @param sys `/sys` */
export function readTemperatures(sys: string): { name: string; celsius: number }[] {
  const found = names(join(sys, "class/hwmon")).flatMap((chip) => {
    const folder = join(sys, "class/hwmon", chip);
    const driver = text(folder, "name") ?? chip;
    return names(folder)
      .filter((file) => /^temp\d+_input$/.test(file))
      .flatMap((file) => sensor(folder, file, text(folder, file.replace("_input", "_label")) ?? "", driver));
  });
  const zones =
    found.length > 0
      ? found
      : names(join(sys, "class/thermal"))
          .filter((zone) => zone.startsWith("thermal_zone"))
          .flatMap((zone) => {
            const folder = join(sys, "class/thermal", zone);
            return sensor(folder, "temp", "", text(folder, "type") ?? zone);
          });
  const rank = ({ driver }: { driver: string }) => Number(!PROCESSOR.test(driver));
  return zones
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, MOST)
    .map(({ name, celsius }) => ({ name, celsius }));
}

function sensor(folder: string, file: string, label: string, driver: string) {
  const celsius = Number(text(folder, file) || Number.NaN) / 1000;
  // A sensor that is not connected tells −128 °C and the like.
  if (!(celsius > -40 && celsius < 150)) return [];
  return [{ name: label ? `${driver} ${label}` : driver, celsius, driver }];
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function text(...path: string[]): string | undefined {
  try {
    return readFileSync(join(...path), "utf8").trim();
  } catch {
    return undefined; // A disk that sleeps, a driver that refuses.
  }
}
