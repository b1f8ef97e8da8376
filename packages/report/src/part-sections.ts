import { figuresHtml } from './figures.js';
import { type Html, html } from './html.js';
import { measuredValues } from './measured-values.js';
import type { Found } from './read-run.js';
import type { PartsFile } from './run-schemas.js';
import { section } from './section.js';

/** A section for each part of a run that is made of several; most runs have none. */
export async function partSections(parts: Found<PartsFile>): Promise<{ id: string; title: string; content: Html }[]> {
  if ('missing' in parts) return [];
  return Promise.all(
    parts.content.parts.map(async ({ title, lead, values, figures }, index) => {
      const id = `part-${index + 1}`;
      const measured = Object.keys(values).length > 0 && measuredValues(values);
      const content = html`${lead !== undefined && html`<p class="lead">${lead}</p>`}${measured}${await figuresHtml(figures)}`;
      return { id, title, content: section(id, title, content) };
    }),
  );
}
