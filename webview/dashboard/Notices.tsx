import type { ComponentChildren } from "preact";
import type { CollectorStatus } from "../../src/model/dashboard.ts";
import type { RecordState, WorkspaceState } from "../../src/model/state.ts";
import { clockSecond } from "../shared/clockTime.ts";
import { Icon } from "../shared/Icon.tsx";
import type { Run } from "./Header.tsx";

interface NoticesProps {
  collector: CollectorStatus | undefined;
  state: WorkspaceState | undefined;
  /** What the editor could not do when it was asked. */
  failure: string | undefined;
  dismiss: () => void;
  run: Run;
}

/** Trouble that is not the agent's, said once, on top. */
export function Notices({ collector, state, failure, dismiss, run }: NoticesProps) {
  const problems = state?.configProblems.filter((p) => p.severity === "error") ?? [];
  return (
    <>
      {collector && <Connection collector={collector} state={state} run={run} />}
      {problems.length > 0 && (
        <Notice kind="error" icon="error">
          <strong>{problems.length === 1 ? "An error" : `${problems.length} errors`} in agent-vitals.json:</strong>{" "}
          {problems[0]?.message} <Link act={() => run("agentVitals.openConfig")}>Open Config</Link>
        </Notice>
      )}
      {state?.record && <Store record={state.record} run={run} />}
      {failure && (
        <Notice kind="error" icon="error">
          {failure} <Link act={() => run("agentVitals.showLog")}>Show Log</Link> <Link act={dismiss}>Dismiss</Link>
        </Notice>
      )}
    </>
  );
}

function Connection({ collector, state, run }: Pick<NoticesProps, "state" | "run"> & { collector: CollectorStatus }) {
  const log = <Link act={() => run("agentVitals.showLog")}>Show Log</Link>;
  const figures = state && <>Figures are from {clockSecond(state.time)}. </>;
  if (collector.state === "restarting") {
    return (
      <Notice kind="warning" icon="sync" spin>
        The collector stopped and is starting again, try {collector.attempt ?? 1}.{" "}
        <strong>Your agent is not affected.</strong> {figures}
        {log}
      </Notice>
    );
  }
  if (collector.state === "failed") {
    return (
      <Notice kind="error" icon="error">
        <strong>The collector could not be started, so nothing is measured.</strong> {collector.message} {figures}
        {log}
      </Notice>
    );
  }
  if (collector.state === "connecting" && state) {
    return (
      <Notice kind="info" icon="sync" spin>
        Connecting to the collector. {figures}
      </Notice>
    );
  }
  return null;
}

/** Trouble of the store is said once; live figures go on. */
function Store({ record, run }: { record: RecordState; run: Run }) {
  const { state, message } = record.store;
  const look = <Link act={() => run("agentVitals.showRecord")}>Show What Is Recorded</Link>;
  if (state === "paused") {
    return (
      <Notice kind="error" icon="error">
        <strong>Recording is paused.</strong> {message} Live figures go on. {look}
      </Notice>
    );
  }
  if (state === "readonly" || state === "memory") {
    const what =
      state === "readonly" ? "History can be read, but nothing is added." : "History is kept in memory alone.";
    return (
      <Notice kind="warning" icon="warning">
        <strong>{what}</strong> {message} Live figures go on.
      </Notice>
    );
  }
  if (state === "recording" && message !== undefined) {
    return (
      <Notice kind="info" icon="info">
        {message} {look}
      </Notice>
    );
  }
  return null;
}

interface NoticeProps {
  kind: "info" | "warning" | "error";
  icon: string;
  spin?: boolean;
  children: ComponentChildren;
}

function Notice({ kind, icon, spin = false, children }: NoticeProps) {
  return (
    <div class={`notice notice-${kind}`} role={kind === "error" ? "alert" : "status"}>
      <Icon name={icon} spin={spin} />
      <p>{children}</p>
    </div>
  );
}

function Link({ act, children }: { act: () => void; children: ComponentChildren }) {
  return (
    <button type="button" class="link" onClick={act}>
      {children}
    </button>
  );
}
