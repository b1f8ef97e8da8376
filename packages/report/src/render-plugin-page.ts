import { formatSeconds } from './format-number.js';
import { type Html, html } from './html.js';
import { inspectedSample } from './inspected-sample.js';
import type { InspectedSampleData } from './inspection-schema.js';
import { matrixFigure } from './matrix-figure.js';
import { page } from './page.js';
import { section } from './section.js';

/** What is known of a plugin that is being worked on. */
export interface PluginPage {
  readonly name: string;
  /** Grows with all that changes: a page of another one is out of date. */
  readonly version: number;
  readonly running: boolean;
  /** Seconds that the last run took. */
  readonly seconds?: number;
  /** Why the tests as a whole could not be run. */
  readonly failure?: string;
  readonly groups: readonly CheckGroup[];
}

/** What was asked of one plugin value, or one file of tests. */
export interface CheckGroup {
  readonly title: string;
  /** Why none could be run: the file could not be read. */
  readonly failure?: string;
  readonly checks: readonly Check[];
  readonly samples: readonly InspectedSampleData[];
}

export interface Check {
  readonly title: string;
  readonly result: 'kept' | 'broken' | 'left-out';
  readonly says?: string;
  readonly milliseconds: number;
}

/** The page loads itself anew when its server has something new; while checks run it says so. */
const scriptOf = (version: number) => `const events = new EventSource('/events?seen=${version}');
events.addEventListener('change', () => location.reload());
events.addEventListener('running', () => { document.getElementById('status').textContent = 'running …'; });
events.onerror = () => { document.getElementById('status').textContent = 'modalkit dev has ended, or is not reached'; };
`;
const STYLE = `
.checks { list-style: none; margin: 0; padding: 0; }
.checks li { padding: 8px 0; border-bottom: 1px solid var(--line); }
.checks li:last-child { border-bottom: 0; }
.checks pre { margin-top: 4px; }
.validity { letter-spacing: 1px; overflow-wrap: anywhere; line-height: 1.2; margin: 12px 0 0; color: var(--accent); }
section > h3 { overflow-wrap: anywhere; }
`;

/** The page of `modalkit dev`: what is broken first, then what is kept, then each sample on its way through the adapter. */
export async function renderPluginPage(plugin: PluginPage): Promise<string> {
  const inspected = plugin.groups.filter(({ samples }) => samples.length > 0);
  const sections = [
    { id: 'checks', title: 'Checks', content: checksSection(plugin) },
    ...(await Promise.all(inspected.map(samplesSection))),
  ];
  return page(plugin.name, headerOf(plugin), sections, { script: scriptOf(plugin.version), style: STYLE }).markup;
}

function headerOf({ name, running, seconds, groups }: PluginPage): Html {
  const checks = groups.flatMap((group) => group.checks);
  const count = (result: Check['result']) => checks.filter((check) => check.result === result).length;
  return html`<h1>${name}</h1>
<p class="lead"><b class="${count('broken') > 0 && 'wrong'}">${count('broken')} broken</b>, ${count('kept')} kept, ${count('left-out')} not checked${seconds !== undefined && `, in ${formatSeconds(seconds)}`}. This page follows what you save.</p>
<p class="chips"><span id="status" role="status">${running ? 'running …' : 'up to date'}</span></p>`;
}

function checksSection({ failure, groups }: PluginPage): Html {
  const failed =
    failure !== undefined &&
    html`<div class="card"><h3 class="wrong">The tests could not be run</h3><pre tabindex="0">${failure}</pre></div>`;
  return section('checks', 'Checks', html`${failed}${groups.map(groupCard)}`);
}

function groupCard({ title, failure, checks }: CheckGroup): Html {
  const of = (result: Check['result']) => checks.filter((check) => check.result === result);
  const [broken, kept, left] = [of('broken'), of('kept'), of('left-out')];
  return html`<div class="card"><h3>${title}</h3>
${failure !== undefined && html`<pre class="wrong" tabindex="0">${failure}</pre>`}
${broken.length > 0 && html`<ul class="checks">${broken.map((check) => html`<li><b class="wrong">broken</b> ${check.title}<pre tabindex="0">${check.says}</pre></li>`)}</ul>`}
${kept.length > 0 && html`<details><summary>${kept.length} kept</summary><ul class="checks">${kept.map((check) => html`<li><span class="right">kept</span> ${check.title} <span class="range">${Math.round(check.milliseconds)} ms</span></li>`)}</ul></details>`}
${left.length > 0 && html`<details><summary>${left.length} not checked</summary><ul class="checks">${left.map((check) => html`<li>${check.title}</li>`)}</ul></details>`}</div>`;
}

async function samplesSection({ title, samples }: CheckGroup, index: number) {
  const [id, name] = [`samples-${index}`, `Samples of ${title}`];
  const shown: Html[] = [];
  for (const [at, sample] of samples.entries()) shown.push(await inspectedSample(sample, `Sample ${at}`));
  return { id, title: name, content: section(id, name, html`${shown}<h3>Together</h3>${await likeness(samples)}`) };
}

/** Cosine similarity of the samples' pooled vectors. */
function likeness(samples: readonly InspectedSampleData[]): Promise<Html> {
  const names = samples.map((_, index) => `${index}`);
  const length = (vector: readonly number[]) => Math.hypot(...vector) || 1;
  const values = samples.map(({ pooled: one }) =>
    samples.map(
      ({ pooled: other }) =>
        one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0) / (length(one) * length(other)),
    ),
  );
  return matrixFigure({
    kind: 'matrix',
    title: 'Cosine similarity of the pooled vectors, before any training',
    rows: names,
    columns: names,
    values,
    rowTitle: 'sample',
    columnTitle: 'sample',
  });
}
