import { figuresHtml } from './figures.js';
import { type Html, html } from './html.js';
import type { Found } from './read-run.js';
import type { EvaluationFile } from './run-schemas.js';
import { section } from './section.js';

/** The evaluation's pictures. */
export async function figuresSection(evaluation: Found<EvaluationFile>): Promise<Html> {
  if ('missing' in evaluation) return section('figures', 'Figures', html`<p class="note">${evaluation.missing}</p>`);
  const { figures } = evaluation.content;
  if (figures.length === 0) return section('figures', 'Figures', html`<p class="note">No metric drew a figure.</p>`);
  return section('figures', 'Figures', await figuresHtml(figures));
}
