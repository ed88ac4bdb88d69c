import type { TurnDetail } from "../../../src/model/turns.ts";
import type { Axis } from "./axis.ts";
import { curve, peak } from "./strips.ts";

/** What the process and the machine did meanwhile, on the waterfall's axis. */
export function Strips({ detail, axis }: { detail: TurnDetail; axis: Axis }) {
  return (
    <>
      {detail.strips.map((strip) => {
        const highest = peak(strip, axis, detail.zero);
        const { line, area } = curve(strip, axis, detail.zero);
        return (
          <div key={strip.label} class="wf-row strip">
            <div class="wf-label">
              {strip.label}
              <div class="quiet">{highest === undefined ? "no reading" : `peak ${highest}`}</div>
            </div>
            <div class="wf-plot">
              <svg viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">
                <path class="area" d={area} />
                <path class="line" d={line} />
              </svg>
            </div>
          </div>
        );
      })}
    </>
  );
}
