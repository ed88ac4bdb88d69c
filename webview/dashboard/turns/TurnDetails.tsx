import { useState } from "preact/hooks";
import { formatCount } from "../../../src/model/format.ts";
import type { TurnDetail, TurnRow } from "../../../src/model/turns.ts";
import { clockSecond } from "../../shared/clockTime.ts";
import { Icon, SeverityIcon } from "../../shared/Icon.tsx";
import { Comparison } from "./Comparison.tsx";
import { figures } from "./figures.ts";
import { Logs } from "./Logs.tsx";
import { StagesTable } from "./StagesTable.tsx";
import { kindIcons } from "./TurnLine.tsx";
import { untold } from "./untold.ts";
import { Waterfall } from "./Waterfall.tsx";
import { WaterfallHead } from "./WaterfallHead.tsx";

interface TurnDetailsProps {
  index: number;
  /** What is known of it without its detail. */
  row: TurnRow | undefined;
  detail: TurnDetail | undefined;
  /** The editor has answered: without a detail it is no longer kept. */
  told: boolean;
  objective: number | undefined;
  table: boolean;
  onTable: (table: boolean) => void;
  /** The turns beside it in the list. */
  above: number | undefined;
  below: number | undefined;
  newest: number | undefined;
  open: (index: number) => void;
}

/** One turn: what it was, its figures, where its wait went, its waterfall. */
export function TurnDetails(props: TurnDetailsProps) {
  const { index, row, detail, told, objective, open } = props;
  if (told && !detail) return <Gone {...props} />;
  return (
    <>
      <div class="turn-head">
        <h2>Turn {formatCount(index + 1)}</h2>
        {row && <About row={row} />}
        <Step icon="arrow-up" title="Turn above in the list" to={props.above} open={open} />
        <Step icon="arrow-down" title="Turn below in the list" to={props.below} open={open} />
      </div>
      {row && <Figures row={row} detail={detail} objective={objective} />}
      {row && row.segments.length > 0 && <Comparison row={row} detail={detail} />}
      {detail ? (
        <Evidence key={`${row?.index}`} {...props} detail={detail} />
      ) : (
        <p class="waiting" role="status">
          Asking for its waterfall
        </p>
      )}
    </>
  );
}

function About({ row }: { row: TurnRow }) {
  const { kind, time, id, open, interrupted, outcome } = row;
  const words = [clockSecond(time), shortId(id)];
  if (open) words.push("still running");
  else if (interrupted) words.push("interrupted by the user");
  else if (kind === "voice") words.push("not interrupted");
  return (
    <>
      <span class="pill">
        <Icon name={kindIcons[kind]} /> {kind}
      </span>
      {outcome === "error" && (
        <span class="pill">
          <SeverityIcon severity="error" /> failed
        </span>
      )}
      <p class="quiet cut" title={id}>
        {words.join(", ")}
      </p>
    </>
  );
}

/** Ids of traces are 32 characters long: the first eight tell them apart. */
function shortId(id: string): string {
  return id.length > 20 ? `id ${id.slice(0, 8)}…` : `id ${id}`;
}

interface StepProps {
  icon: string;
  title: string;
  to: number | undefined;
  open: (index: number) => void;
}

function Step({ icon, title, to, open }: StepProps) {
  return (
    <button
      type="button"
      class="plain icon-button"
      title={title}
      aria-label={title}
      disabled={to === undefined}
      onClick={() => to !== undefined && open(to)}
    >
      <Icon name={icon} />
    </button>
  );
}

function Figures({ row, detail, objective }: { row: TurnRow } & Pick<TurnDetailsProps, "detail" | "objective">) {
  return (
    <dl class="figures">
      {figures(row, detail, objective).map(({ title, value, note, severity }) => (
        <div key={title}>
          <dt>
            {severity && <SeverityIcon severity={severity} />} {title}
            {severity && <span class="unseen"> over the objective</span>}
          </dt>
          <dd class="figure">{value}</dd>
          <dd class="quiet">{note}</dd>
        </div>
      ))}
    </dl>
  );
}

function Evidence({ detail, table, onTable }: TurnDetailsProps & { detail: TurnDetail }) {
  const [close, setClose] = useState(false);
  return (
    <section class="evidence-of-turn" aria-labelledby="waterfall">
      <WaterfallHead detail={detail} table={table} onTable={onTable} close={close} onClose={setClose} />
      {!table && <Waterfall detail={detail} close={close} />}
      <div class={table ? "scrolls stages-twin" : "unseen"}>
        <StagesTable detail={detail} />
      </div>
      {untold(detail).map(({ text, code }) => (
        <p key={text} class="untold">
          <Icon name="info" />
          <span>
            {text}
            {code && <code> {code}</code>}.
          </span>
        </p>
      ))}
      <Logs detail={detail} />
    </section>
  );
}

function Gone({ index, newest, open }: TurnDetailsProps) {
  return (
    <div class="gone">
      <h2>Turn {formatCount(index + 1)} is no longer kept</h2>
      <p>The last 500 turns of this session are.</p>
      {newest !== undefined && newest !== index && (
        <button type="button" onClick={() => open(newest)}>
          Show the latest
        </button>
      )}
    </div>
  );
}
