import { galleryFigure } from './gallery-figure.js';
import { type Html, html } from './html.js';
import { mapFigure } from './map-figure.js';
import { matrixFigure } from './matrix-figure.js';
import type { FigureData } from './run-schemas.js';
import { timelineFigure } from './timeline-figure.js';

/** Kinds that have the page's whole width, in this order below the others. */
const WIDE: readonly FigureData['kind'][] = ['timeline', 'gallery'];

/** Matrices and maps side by side, then timelines, then galleries. @param figures undefined where one has no form that can be drawn */
export async function figuresHtml(figures: readonly (FigureData | undefined)[]): Promise<Html> {
  const sound = figures.filter((figure) => figure !== undefined);
  const plain = await Promise.all(sound.filter(({ kind }) => !WIDE.includes(kind)).map(figureHtml));
  const wide = WIDE.flatMap((kind) => sound.filter((figure) => figure.kind === kind));
  const lost = figures.length - sound.length;
  return html`${plain.length > 0 && html`<div class="grid large">${plain}</div>`}${await Promise.all(wide.map(figureHtml))}${
    lost > 0 && html`<p class="note">${lost} of ${figures.length} figures do not have the form that can be drawn.</p>`
  }`;
}

async function figureHtml(figure: FigureData): Promise<Html> {
  switch (figure.kind) {
    case 'matrix':
      return matrixFigure(figure);
    case 'map':
      return mapFigure(figure);
    case 'timeline':
      return timelineFigure(figure);
    case 'gallery':
      return galleryFigure(figure);
  }
}
