import "@vscode/codicons/dist/codicon.css";
import "../shared/base.css";
import "../shared/controls.css";
import "./page.css";
import "./tiles/tiles.css";
import "./tracks/tracks.css";
import "./panels/panels.css";
import "./empty.css";
import "./tabs.css";
import "./history/range.css";
import "./resources/resources.css";
import "./memory/memory.css";
import "./runs/runs.css";
import "./turns/list.css";
import "./turns/stages.css";
import "./turns/detail.css";
import "./turns/waterfall.css";
import { render } from "preact";
import {
  type DashboardMemento,
  type DashboardNotification,
  type DashboardRequest,
  REQUEST_TIMEOUT,
  type SuspectAction,
} from "../../src/model/dashboard.ts";
import type { HistoryQuery } from "../../src/model/series.ts";
import { EditorChannel } from "../shared/editorChannel.ts";
import { onFrame } from "../shared/onFrame.ts";
import { onThemeChange, readPalette } from "../shared/palette.ts";
import { App } from "./App.tsx";
import { DashboardModel } from "./dashboardModel.ts";

const root = document.getElementById("root");
if (!root) throw new Error("The page of the dashboard has no element #root to draw in.");

const channel = new EditorChannel<DashboardRequest, DashboardNotification, DashboardMemento>(
  REQUEST_TIMEOUT,
  (notification) => {
    model.apply(notification);
    const { agent, page } = channel.memento;
    if (model.memento.agent !== agent || model.memento.page !== page) channel.keep(model.memento);
    paint();
  },
);
const model = new DashboardModel(channel.memento, () => Date.now() / 1000, askHistory);
let historyId = 0;
let palette = readPalette();

const paint = onFrame(() => {
  render(
    <App
      model={model}
      palette={palette}
      run={(command, agent) => ask({ kind: "command", command, ...(agent !== undefined && { agent }) })}
      show={(agent) => ask({ kind: "show", agent })}
      keep={keep}
      askTurn={askTurn}
      askRuns={askRuns}
      askLeaks={askLeaks}
      actOnSuspect={actOnSuspect}
      cancelHunt={(agent) => ask({ kind: "cancelHunt", agent })}
      savePicture={(name, data) => ask({ kind: "picture", name, data })}
      dismiss={() => fail(undefined)}
    />,
    root,
  );
});

function keep(change: Partial<DashboardMemento>): void {
  model.memento = { ...model.memento, ...change };
  channel.keep(change);
  paint();
}

function askTurn(agent: string, index: number): void {
  channel
    .request({ kind: "turn", agent, index })
    .catch((error: Error) => fail(`Turn ${index + 1} could not be had: ${error.message}.`));
}

function askHistory(query: HistoryQuery): number {
  const id = ++historyId;
  channel.request({ kind: "history", id, query }).catch((error: Error) => {
    model.apply({ kind: "history", id, error: `${error.message}.` });
    paint();
  });
  return id;
}

function askRuns(agent: string): void {
  channel
    .request({ kind: "runs", agent })
    .catch((error: Error) => fail(`Earlier runs could not be had: ${error.message}.`));
}

function askLeaks(agent: string | undefined): void {
  channel
    .request({ kind: "leaks", agent })
    .catch((error: Error) => fail(`What is known of its leaks could not be had: ${error.message}.`));
}

function actOnSuspect(agent: string, time: number, index: number, action: SuspectAction): void {
  ask({ kind: "suspect", agent, time, index, action });
}

function fail(message: string | undefined): void {
  model.failure = message;
  paint();
}

function ask(request: DashboardRequest): void {
  fail(undefined);
  channel.request(request).catch((error: Error) => fail(`That could not be done: ${error.message}.`));
}

onThemeChange(() => {
  palette = readPalette();
  paint();
});
// Ages and the chart's right edge move on while nothing comes in.
setInterval(paint, 1000);
paint();
ask({ kind: "ready", memento: model.memento });
