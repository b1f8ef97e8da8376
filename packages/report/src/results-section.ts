import { type Html, html } from './html.js';
import { measuredValues } from './measured-values.js';
import type { Found } from './read-run.js';
import type { EvaluationFile } from './run-schemas.js';
import { section } from './section.js';

/** What the evaluation measured, with its intervals. */
export function resultsSection(evaluation: Found<EvaluationFile>): Html {
  if ('missing' in evaluation) return section('results', 'Results', html`<p class="note">${evaluation.missing}</p>`);
  const { step, split, values } = evaluation.content;
  if (Object.keys(values).length === 0)
    return section('results', 'Results', html`<p class="note">No metric was measured.</p>`);
  const lead = html`<p class="lead">Split <b>${split}</b> after ${step.toLocaleString('en-US')} steps; ranges are 95 % confidence intervals.</p>`;
  return section('results', 'Results', html`${lead}${measuredValues(values)}`);
}
