import { curvesFigure } from './curves-figure.js';
import { galleryFigure } from './gallery-figure.js';
import { type Html, html } from './html.js';
import { mapFigure } from './map-figure.js';
import { matrixFigure } from './matrix-figure.js';
import type { FigureData } from './run-schemas.js';
import { timelineFigure } from './timeline-figure.js';

/** Samples over time, then curves, matrices and maps side by side, then galleries, which may be many. @param figures undefined where one has no form that can be drawn */
export async function figuresHtml(figures: readonly (FigureData | undefined)[]): Promise<Html> {
  const sound = figures.filter((figure) => figure !== undefined);
  const drawn = (kinds: readonly FigureData['kind'][]) =>
    Promise.all(sound.filter(({ kind }) => kinds.includes(kind)).map(figureHtml));
  const [timelines, plain, galleries] = [
    await drawn(['timeline']),
    await drawn(['curves', 'matrix', 'map']),
    await drawn(['gallery']),
  ];
  const lost = figures.length - sound.length;
  return html`${timelines}${plain.length > 0 && html`<div class="grid large">${plain}</div>`}${galleries}${
    lost > 0 && html`<p class="note">${lost} of ${figures.length} figures do not have the form that can be drawn.</p>`
  }`;
}

async function figureHtml(figure: FigureData): Promise<Html> {
  switch (figure.kind) {
    case 'matrix':
      return matrixFigure(figure);
    case 'map':
      return mapFigure(figure);
    case 'curves':
      return curvesFigure(figure);
    case 'timeline':
      return timelineFigure(figure);
    case 'gallery':
      return galleryFigure(figure);
  }
}
