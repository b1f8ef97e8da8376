import { galleryFigure } from './gallery-figure.js';
import { type Html, html } from './html.js';
import { mapFigure } from './map-figure.js';
import { matrixFigure } from './matrix-figure.js';
import type { Found } from './read-run.js';
import type { EvaluationFile, FigureData } from './run-schemas.js';
import { section } from './section.js';

/** The evaluation's pictures: matrices and maps side by side, then the galleries. */
export async function figuresSection(evaluation: Found<EvaluationFile>): Promise<Html> {
  if ('missing' in evaluation) return section('figures', 'Figures', html`<p class="note">${evaluation.missing}</p>`);
  const { figures } = evaluation.content;
  if (figures.length === 0) return section('figures', 'Figures', html`<p class="note">No metric drew a figure.</p>`);
  const sound = figures.filter((figure) => figure !== undefined);
  const plain = await Promise.all(sound.filter(({ kind }) => kind !== 'gallery').map(figureHtml));
  const galleries = await Promise.all(sound.filter(({ kind }) => kind === 'gallery').map(figureHtml));
  const lost = figures.length - sound.length;
  return section(
    'figures',
    'Figures',
    html`${plain.length > 0 && html`<div class="grid large">${plain}</div>`}${galleries}${
      lost > 0 && html`<p class="note">${lost} of ${figures.length} figures do not have the form that can be drawn.</p>`
    }`,
  );
}

async function figureHtml(figure: FigureData): Promise<Html> {
  switch (figure.kind) {
    case 'matrix':
      return matrixFigure(figure);
    case 'map':
      return mapFigure(figure);
    case 'gallery':
      return galleryFigure(figure);
  }
}
