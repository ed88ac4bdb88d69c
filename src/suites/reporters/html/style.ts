/** Colours are those of VS Code's Light and Dark Modern; hue is identity, red and yellow are severity. */
export const style = `
:root { color-scheme: light dark; --ground: #fff; --text: #3b3b3b; --soft: #616161; --line: #e5e5e5; --band: #0000000d;
  --blue: #0063d3; --purple: #652d90; --green: #388a34; --cyan: #0598bc; --other: #6b6b6b;
  --red: #e51400; --good: #388a34; --yellow: #bf8803; --shade: #f3f3f3; }
@media (prefers-color-scheme: dark) { :root { --ground: #1f1f1f; --text: #ccc; --soft: #9d9d9d; --line: #333;
  --band: #ffffff14; --blue: #59a4f9; --purple: #b180d7; --green: #89d185; --cyan: #11a8cd; --other: #9d9d9d;
  --red: #f14c4c; --good: #89d185; --yellow: #cca700; --shade: #2a2a2a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 20px; max-width: 1400px; background: var(--ground); color: var(--text);
  font: 13px/1.5 system-ui, "Segoe WPC", "Segoe UI", Ubuntu, sans-serif; font-variant-numeric: tabular-nums; }
header { display: flex; gap: 24px; align-items: flex-start; justify-content: space-between; flex-wrap: wrap; }
header > div { flex: 1 1 560px; }
h1 { font-size: 22px; font-weight: 600; margin: 4px 0; line-height: 1.3; }
h1 .interval { font-weight: 400; }
h2 { font-size: 15px; font-weight: 600; margin: 28px 0 8px; display: flex; align-items: center; gap: 8px; }
h3 { font-size: 13px; font-weight: 600; margin: 0 0 4px; display: flex; justify-content: space-between; gap: 12px; }
h3 span, .origin { font-weight: 400; color: var(--soft); }
p { margin: 4px 0; }
code { font-family: ui-monospace, "Cascadia Code", Menlo, monospace; font-size: 12px; border: 1px solid var(--line);
  border-radius: 4px; padding: 1px 5px; overflow-wrap: anywhere; }
aside { flex: 0 1 320px; border-left: 1px solid var(--line); padding-left: 16px; font-size: 12px; }
aside strong { font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 12px; }
th { font-size: 11px; font-weight: 400; color: var(--soft); text-align: left; padding: 4px 12px 4px 0; white-space: nowrap; }
td { padding: 0 12px 0 0; height: 25px; white-space: nowrap; border-top: 1px solid var(--line); }
td.wide { white-space: normal; }
th.right, td.right { text-align: right; }
td.strong { font-weight: 600; }
td.told { color: var(--soft); }
td.forest, th.forest { padding: 0; width: 240px; min-width: 200px; }
td.forest svg, th.forest svg { display: block; width: 100%; }
tr.told td { color: var(--soft); }
tr.first td { background: var(--shade); }
.dot { display: inline-block; width: 8px; height: 8px; border-radius: 2px; margin-right: 6px; background: var(--hue); }
.icon { width: 14px; height: 14px; vertical-align: -2px; margin-right: 6px; fill: none; stroke: var(--mark); stroke-width: 1.5; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); gap: 24px; }
.charts > div { min-width: 0; }
svg.chart { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font-size: 11px; fill: var(--text); stroke: var(--ground); stroke-width: 3px; paint-order: stroke; stroke-linejoin: round; }
svg text.soft { fill: var(--soft); }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .zero { stroke: var(--soft); stroke-width: 1; }
svg .band { fill: var(--band); }
svg .now { stroke: var(--hue); fill: none; stroke-width: 1.75; }
svg .area { fill: var(--hue); fill-opacity: .14; stroke: none; }
svg .before { stroke: var(--soft); fill: none; stroke-width: 1.25; stroke-dasharray: 4 3; }
svg .before-area { fill: var(--soft); fill-opacity: .08; stroke: none; }
svg .mean { stroke: var(--hue); stroke-width: 1; }
svg .limit { stroke: var(--red); stroke-width: 1.75; }
svg .repeat { fill: var(--hue); }
svg .repeat-before { fill: none; stroke: var(--soft); stroke-width: 1.25; }
svg .invalid { stroke: var(--yellow); stroke-width: 1.5; }
svg .whisker { stroke: var(--mark); stroke-width: 1.75; }
svg .estimate { fill: var(--mark); }
.slower, .missed { --mark: var(--red); } .faster, .met { --mark: var(--good); } .same { --mark: var(--soft); }
.unsure { --mark: var(--yellow); }
ul { list-style: none; margin: 4px 0; padding: 0; } li { padding-left: 20px; text-indent: -20px; }
footer { margin-top: 24px; color: var(--soft); font-size: 12px; }
@media print { body { max-width: none; } }
`;
