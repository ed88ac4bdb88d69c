import { formatBytes, formatPercent } from "../../src/model/format.ts";
import { Icon } from "../shared/Icon.tsx";
import type { HeapModel } from "./heapModel.ts";

type Phase = Exclude<NonNullable<HeapModel["phase"]>, { kind: "opened" }>;

/** A file that is not open: how far its reading is, or why there is none. */
export function Opening({ phase, model }: { phase: NonNullable<HeapModel["phase"]>; model: HeapModel }) {
  if (phase.kind === "opened") return null;
  return (
    <div class="opening" role="status">
      <h1>
        <Icon name={phase.kind === "failed" ? "error" : phase.kind === "cancelled" ? "circle-slash" : "database"} />
        {title(phase)}
      </h1>
      {phase.kind === "opening" && <Reading phase={phase} cancel={() => model.cancel()} />}
      {phase.kind === "failed" && (
        <>
          <p>{phase.message}</p>
          <div class="choices">
            <button type="button" class={phase.wantsForce ? "" : "primary"} onClick={() => model.open(false)}>
              Try Again
            </button>
            {phase.wantsForce && (
              <button type="button" onClick={() => model.open(true)}>
                Open All the Same
              </button>
            )}
          </div>
        </>
      )}
      {phase.kind === "cancelled" && (
        <>
          <p>Nothing of it is kept in memory.</p>
          <div class="choices">
            <button type="button" class="primary" onClick={() => model.open(false)}>
              Open Again
            </button>
          </div>
        </>
      )}
    </div>
  );
}

function title(phase: Phase): string {
  if (phase.kind === "opening")
    return `Reading ${phase.name}${phase.fileSize > 0 ? `, ${formatBytes(phase.fileSize)}` : ""}`;
  return phase.kind === "failed" ? `${phase.name} could not be opened` : `${phase.name} was not read to its end`;
}

function Reading({ phase, cancel }: { phase: Extract<Phase, { kind: "opening" }>; cancel: () => void }) {
  const { step, share } = phase.progress;
  return (
    <>
      <div
        class="progress"
        role="progressbar"
        aria-label={step}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
      >
        <span style={{ width: `${share * 100}%` }} />
      </div>
      <p>
        {step}, {formatPercent(share)}
      </p>
      <div class="choices">
        <button type="button" onClick={cancel}>
          Cancel
        </button>
      </div>
    </>
  );
}
