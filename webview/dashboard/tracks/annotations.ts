import type { Chart, Scale } from "chart.js";
import type { AnnotationOptions } from "chartjs-plugin-annotation";
import { tint } from "../../shared/palette.ts";
import type { ChartView } from "./chart.ts";
import type { Mark } from "./timeline.ts";

/**
 * What runs through all tracks: grey bands where nothing was measured, marks (solid and red where an agent ended by
 * itself, else quiet), and each track's objective as a dashed line.
 */
export function annotations({ timeline, tracks, palette }: ChartView): AnnotationOptions[] {
  const strong = palette.highContrast ? 100 : undefined;
  const bands = timeline.unmeasured.map(
    ({ from, to }): AnnotationOptions => ({
      type: "box",
      drawTime: "beforeDatasetsDraw",
      xMin: from,
      xMax: to,
      borderWidth: 0,
      backgroundColor: tint(palette.foreground, palette.highContrast ? 25 : 8),
    }),
  );
  const mark = ({ time, kind, grave }: Mark): AnnotationOptions => ({
    type: "line",
    drawTime: "afterDatasetsDraw",
    scaleID: "x",
    value: crisp("x", time),
    borderColor: grave ? palette.red : tint(palette.foreground, strong ?? 45),
    borderWidth: kind === "crash" ? 2 : 1,
    borderDash: grave ? [] : [3, 3],
  });
  const objectives = tracks.flatMap(({ id, objective }): AnnotationOptions[] => {
    if (objective === undefined) return [];
    return [
      {
        type: "line",
        drawTime: "beforeDatasetsDraw",
        scaleID: id,
        value: crisp(id, objective),
        borderColor: tint(palette.foreground, strong ?? 55),
        borderWidth: 1,
        borderDash: [4, 3],
      },
    ];
  });
  return [...bands, ...timeline.marks.filter(({ kind }) => kind !== "gap").map(mark), ...objectives];
}

/** A value that falls into the middle of a pixel: a line of one pixel is drawn as one. */
function crisp(scaleId: string, value: number) {
  return ({ chart }: { chart: Chart }): number => {
    const scale: Scale | undefined = chart.scales[scaleId];
    if (!scale) return value;
    const pixel = scale.getPixelForValue(value);
    return scale.getValueForPixel(Math.round(pixel) + (pixel > 0 ? 0.5 : -0.5)) ?? value;
  };
}
