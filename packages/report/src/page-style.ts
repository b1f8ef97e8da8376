/** The page's look: light, dark by the reader's setting, and print; from a phone's width up. */
export const PAGE_STYLE = `
:root {
  --font: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", "Noto Sans Mono", "Noto Sans Mono CJK SC", monospace;
  --paper: #f6f7f9; --card: #ffffff; --ink: #16202c; --muted: #5a6675; --line: #dde2e8; --accent: #0b62a8;
  --heat: #0b5394; --negative: #b3470b; --right: #00734f; --wrong: #a8400a;
  --series-0: #0072b2; --series-1: #d55e00; --series-2: #009e73; --series-3: #aa4499; --series-4: #d99400;
  --series-5: #4fa8dc; --series-6: #882255; --series-7: #8a8a22; --series-8: #3b2f9e; --series-9: #7a7f87;
  color-scheme: light dark;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #0e1319; --card: #171e27; --ink: #e8edf3; --muted: #9aa7b6; --line: #2c3643; --accent: #6cb6f5;
    --heat: #79c0ff; --negative: #ff9d5c; --right: #4fd0a2; --wrong: #ff9d5c;
    --series-0: #58aef0; --series-1: #ff8a4c; --series-2: #35cda0; --series-3: #dd8fcd; --series-4: #f5bd48;
    --series-5: #a5dafa; --series-6: #e883a8; --series-7: #cfcf72; --series-8: #a093ff; --series-9: #aab1ba;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 var(--font); }
header, main { max-width: 1216px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 40px; }
h1 { margin: 0 0 4px; font-size: 30px; line-height: 1.2; letter-spacing: -0.015em; text-wrap: balance; }
h2 { margin: 0 0 8px; font-size: 20px; letter-spacing: -0.01em; }
h3 { margin: 0 0 10px; font-size: 14px; }
section > h3 { margin: 28px 0 4px; font-size: 16px; }
section { padding: 36px 0 0; scroll-margin-top: 0; }
main { padding-bottom: 64px; }
p { margin: 0 0 10px; }
.lead { color: var(--muted); max-width: 80ch; text-wrap: pretty; margin-bottom: 16px; }
.lead b { color: var(--ink); }
.note { color: var(--muted); font-size: 13px; margin: 10px 0 0; }
.chips { display: flex; flex-wrap: wrap; gap: 8px; margin: 14px 0 0; }
.chips span { border: 1px solid var(--line); border-radius: 99px; padding: 2px 12px; font-size: 13px; color: var(--muted); background: var(--card); }
nav { display: flex; flex-wrap: wrap; gap: 4px 20px; margin-top: 22px; padding: 10px 0; border-block: 1px solid var(--line); }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px 18px; margin: 0; min-width: 0; }
.card + .card, .grid + .card, .card + .grid, .headlines + .card { margin-top: 16px; }
.grid > .card { margin-top: 0; }
.grid { display: grid; gap: 16px; align-items: stretch; }
.small { grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); }
.large { grid-template-columns: repeat(auto-fill, minmax(min(100%, 500px), 1fr)); }
.grid + .gallery { margin-top: 16px; }
figcaption { font-weight: 600; font-size: 14px; margin-bottom: 10px; overflow-wrap: anywhere; }
.chart svg { display: block; width: auto; max-width: 100%; height: auto; margin: 0 auto; }
.heat path { shape-rendering: crispEdges; }
.chart text { font-family: var(--font); font-variant-numeric: tabular-nums; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; list-style: none; margin: 8px 0 0; padding: 0; font-size: 13px; color: var(--muted); }
.legend li { overflow-wrap: anywhere; }
.sign { margin-right: 6px; }
.scale { display: flex; align-items: center; justify-content: center; gap: 8px; margin: 8px 0 0; font-size: 12px; color: var(--muted); font-variant-numeric: tabular-nums; }
.scale i { width: 140px; height: 8px; border-radius: 4px; }
.sequential { background: linear-gradient(90deg, color-mix(in srgb, var(--heat) 5%, var(--card)), var(--heat)); }
.diverging { background: linear-gradient(90deg, var(--negative), color-mix(in srgb, var(--heat) 5%, var(--card)), var(--heat)); }
.headlines { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 220px), 1fr)); gap: 16px; list-style: none; margin: 0; padding: 0; }
.headlines .card { margin: 0; display: flex; flex-direction: column; }
.headlines .name { font-size: 13px; color: var(--muted); overflow-wrap: anywhere; }
.headlines strong { font-size: 34px; line-height: 1.2; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; margin-top: auto; }
.range { font-size: 13px; color: var(--muted); font-variant-numeric: tabular-nums; }
.count { white-space: nowrap; margin-left: 8px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 6px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; vertical-align: top; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { color: var(--muted); font-weight: 500; font-size: 12.5px; }
th:first-child, #quarantine th, #quarantine td { text-align: left; }
tbody th { font-weight: 500; white-space: normal; overflow-wrap: anywhere; min-width: 9em; }
details tbody th { min-width: 0; white-space: nowrap; }
td.wide { white-space: normal; min-width: 18em; }
.measured td:last-child, .measured th:last-child { min-width: 150px; width: 30%; }
.ends { display: flex; justify-content: space-between; padding-left: 14px; }
.whisker { position: relative; display: block; height: 20px; margin-left: 14px; background: linear-gradient(var(--line), var(--line)) center / 100% 1px no-repeat; }
.whisker i { position: absolute; top: 7px; height: 6px; min-width: 2px; border-radius: 3px; background: var(--accent); opacity: 0.4; }
.whisker b { position: absolute; top: 5px; width: 10px; height: 10px; margin-left: -5px; border-radius: 50%; background: var(--accent); }
.answers { display: grid; grid-template-columns: 190px 1fr; gap: 18px; padding: 14px 0; border-top: 1px solid var(--line); }
.answers:last-child { padding-bottom: 0; }
.query { display: flex; flex-direction: column; align-items: flex-start; gap: 6px; min-width: 0; }
.tag { font-size: 11px; letter-spacing: 0.06em; text-transform: uppercase; color: var(--muted); }
.answers ol { display: grid; grid-template-columns: repeat(auto-fill, minmax(132px, 1fr)); gap: 10px; list-style: none; margin: 0; padding: 0; min-width: 0; }
.answers ol:has(.words) { grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); }
.answers ol:has(audio, .chart) { grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); }
.answers li { display: flex; flex-direction: column; gap: 6px; border: 1px solid var(--line); border-top: 3px solid var(--line); border-radius: 8px; padding: 10px; min-width: 0; }
.answers li.hit { border-top-color: var(--right); }
.answers li.miss { border-top-style: dashed; border-top-color: var(--wrong); }
.answers .score { margin: auto 0 0; font-size: 12.5px; color: var(--muted); font-variant-numeric: tabular-nums; display: flex; justify-content: space-between; gap: 6px; flex-wrap: wrap; }
.right { color: var(--right); } .wrong { color: var(--wrong); }
.words { margin: 0; overflow-wrap: anywhere; max-height: 12em; overflow-y: auto; }
.query .words { font-weight: 600; }
.answers img { display: block; min-width: min(72px, 100%); width: auto; max-width: 100%; height: auto; max-height: 160px; object-fit: contain; border-radius: 6px; image-rendering: auto; }
.answers .query img { min-width: min(112px, 100%); }
.marked { position: relative; width: 132px; max-width: 100%; }
.answers .marked img { width: 100%; min-width: 0; max-height: none; image-rendering: pixelated; }
.marked svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.marked rect { fill: none; stroke-width: 2px; }
.marked .heat-cell { fill: #ff2d95; }
.marked .box-0 { stroke: #fff; }
.marked .box-1 { stroke: #ffd400; stroke-dasharray: 4 3; }
.part { white-space: nowrap; }
.headlines + .grid { margin-top: 16px; }
.beside { display: flex; flex-wrap: wrap; gap: 16px 28px; align-items: flex-start; margin-bottom: 14px; }
.beside > div { display: flex; flex-direction: column; gap: 6px; min-width: 0; max-width: 100%; }
.beside audio { width: 260px; }
.beside img { width: auto; min-width: 72px; max-width: 100%; max-height: 110px; object-fit: contain; border-radius: 6px; }
audio { width: 100%; max-width: 260px; min-width: 0; }
.facts { margin: 0; font-size: 14px; }
.facts div { display: flex; justify-content: space-between; gap: 16px; padding: 4px 0; border-bottom: 1px solid var(--line); }
.facts div:last-child { border-bottom: 0; }
.facts dt { color: var(--muted); overflow-wrap: anywhere; }
.facts dd { margin: 0; text-align: right; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
summary { cursor: pointer; font-weight: 600; font-size: 14px; }
figure summary { font-weight: 400; font-size: 13px; color: var(--muted); margin-top: 10px; }
details[open] > summary { margin-bottom: 10px; }
pre { margin: 0; font: 12.5px/1.55 var(--mono); overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 640px) {
  header, main { padding-left: 14px; padding-right: 14px; }
  header { padding-top: 24px; }
  h1 { font-size: 24px; }
  .card { padding: 14px; }
  .answers { grid-template-columns: 1fr; gap: 10px; }
  .answers ol:not(:has(.words, audio, .chart)) { grid-template-columns: repeat(auto-fill, minmax(96px, 1fr)); }
  .heat:has(details) .chart, .timeline .chart { overflow-x: auto; }
  .heat:has(details) .chart svg, .timeline .chart svg { max-width: none; }
  .headlines { grid-template-columns: 1fr 1fr; gap: 10px; }
  .headlines strong { font-size: 26px; }
  .count { display: block; margin: 0; }
}
@media print {
  :root { --paper: #fff; }
  body { font-size: 12px; }
  nav, figure details { display: none; }
  .card, figure, .answers, tr { break-inside: avoid; }
  .gallery, .scroll, details { break-inside: auto; }
  h2, h3, figcaption { break-after: avoid; }
  .scroll { overflow: visible; }
  details::details-content { content-visibility: visible; block-size: auto; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
