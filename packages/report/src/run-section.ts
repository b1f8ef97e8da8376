import type { Json } from '@modalkit/contract';
import { formatNumber, formatSeconds } from './format-number.js';
import { breakable, type Html, html, type Part } from './html.js';
import type { Run } from './read-run.js';
import type { RunFile } from './run-schemas.js';
import { section } from './section.js';

const TIMES: Record<string, string> = {
  setupSeconds: 'Set-up',
  firstStepSeconds: 'To the first step',
  trainSeconds: 'Training',
  evaluationSeconds: 'Evaluation',
};

/** How the run was made: backend, times, versions, summary, notices and the resolved config. */
export function runSection({ about, metrics, summary }: Run): Html {
  const notices =
    'content' in metrics ? metrics.content.flatMap((line) => (line.kind === 'notice' ? [line.message] : [])) : [];
  return section(
    'run',
    'Run',
    html`${'missing' in about ? html`<p class="note">${about.missing}</p>` : aboutRun(about.content)}
${notices.length > 0 && html`<div class="card"><h3>Notices</h3><ul>${notices.map((message) => html`<li>${message}</li>`)}</ul></div>`}
${
  'missing' in summary
    ? html`<p class="note">${summary.missing}</p>`
    : html`<details class="card"><summary>Summary</summary>${facts(flatten(summary.content))}</details>`
}
${'content' in about && html`<details class="card"><summary>Resolved config</summary><pre tabindex="0">${JSON.stringify(about.content.config, null, 2)}</pre></details>`}`,
  );
}

function aboutRun({ backend, times, versions, command }: RunFile): Html {
  const card = (title: string, content: Html) => html`<div class="card"><h3>${title}</h3>${content}</div>`;
  return html`<div class="grid small">${card(
    'Backend',
    facts([
      ['Backend', backend.id],
      ['Version', backend.version],
      ['Device', backend.device],
      ['Threads', backend.threads],
    ]),
  )}${card('Times', facts(Object.entries(times).map(([name, seconds]) => [TIMES[name] ?? name, formatSeconds(seconds)])))}${card('Versions', facts(Object.entries(versions)))}</div>
${command !== undefined && html`<div class="card"><h3>Command</h3><pre tabindex="0">${command}</pre></div>`}`;
}

function facts(entries: readonly (readonly [name: string, value: Part])[]): Html {
  return html`<dl class="facts">${entries.map(([name, value]) => html`<div><dt>${breakable(name)}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** Leaves of nested JSON by path, `retrieval/a->b/R@1`. */
function flatten(value: Json, path = ''): [name: string, value: string][] {
  if (typeof value === 'number') return [[path, formatNumber(value)]];
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, path ? `${path}/${key}` : key));
}
