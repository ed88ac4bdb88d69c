// Runs in the browser: the same tracks drawn by one stacked chart and by one chart a track, through the same code.

import { liveData } from "../../webview/dashboard/history/liveData.ts";
import { emptyWindow, merge } from "../../webview/dashboard/seriesWindow.ts";
import { RULER_HEIGHT, TracksChart } from "../../webview/dashboard/tracks/chart.ts";
import { timeline } from "../../webview/dashboard/tracks/timeline.ts";
import { allTracks } from "../../webview/dashboard/tracks/tracks.ts";
import { readPalette } from "../../webview/shared/palette.ts";

const WIDTH = 840;
const palette = readPalette();
const charts = { stacked: [], separate: [] };
let series;

function views(agent, now, separate) {
  const axis = timeline(agent, series, undefined, now);
  const tracks = allTracks(agent, liveData(series), undefined, { timeline: axis, width: WIDTH, labelHeight: 0 });
  const view = (some) => ({ tracks: some, timeline: axis, width: WIDTH, labelHeight: 0, palette });
  return separate ? tracks.map((track) => view([track])) : [view(tracks)];
}

globalThis.openCharts = (agent, first, now) => {
  series = merge(emptyWindow(agent.name), first);
  const counts = {};
  for (const kind of Object.keys(charts)) {
    const started = performance.now();
    for (const view of views(agent, now, kind === "separate")) {
      const canvas = document.body.appendChild(document.createElement("canvas"));
      canvas.height = RULER_HEIGHT;
      charts[kind].push(new TracksChart(canvas, view));
    }
    counts[kind] = { charts: charts[kind].length, first: performance.now() - started };
  }
  return counts;
};

/** Milliseconds of script and drawing commands that a tick takes. */
globalThis.drawCharts = (kind, agent, tick, now) => {
  series = merge(series, tick);
  const all = views(agent, now, kind === "separate");
  const started = performance.now();
  for (const [i, chart] of charts[kind].entries()) chart.draw(all[i]);
  return performance.now() - started;
};
