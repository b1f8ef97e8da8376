import { type Html, html } from './html.js';
import type { Run } from './read-run.js';
import { section } from './section.js';

const MOST_ROWS = 200;

/** Samples that were taken out of the run, and why. */
export function quarantineSection({ quarantine }: Run): Html {
  const title = 'Quarantined samples';
  if ('missing' in quarantine) return section('quarantine', title, html`<p class="note">${quarantine.missing}</p>`);
  const samples = quarantine.content;
  if (samples.length === 0)
    return section('quarantine', title, html`<p class="note">None: every sample could be read.</p>`);
  return section(
    'quarantine',
    title,
    html`<p class="lead">${samples.length.toLocaleString('en-US')} taken out of the run${samples.length > MOST_ROWS && html`; the first ${MOST_ROWS} are shown`}.</p>
<div class="card scroll"><table><thead><tr><th scope="col">Sample</th><th scope="col">Input</th><th scope="col">Stage</th><th scope="col">Code</th><th scope="col">Reason</th><th scope="col">File</th></tr></thead>
<tbody>${samples
      .slice(0, MOST_ROWS)
      .map(
        ({ id, input, stage, code, reason, file }) =>
          html`<tr><th scope="row">${id}</th><td>${input}</td><td>${stage}</td><td>${code}</td><td class="wide">${reason}</td><td>${file}</td></tr>`,
      )}</tbody></table></div>`,
  );
}
