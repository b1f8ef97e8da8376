import stringWidth from 'string-width';
import * as vega from 'vega';

interface TextItem {
  readonly fontSize?: number;
  readonly limit?: number;
}

/** Mean width of a column of text in parts of the font's size; Chinese characters take two columns. */
const COLUMN = 0.54;

/** Width of a text in pixels, as far as it can be known without the reader's fonts. */
function textWidth({ fontSize = 11, limit }: TextItem, text: unknown): number {
  const width = stringWidth(String(text ?? '')) * COLUMN * fontSize;
  return limit ? Math.min(limit, width) : width;
}

/**
 * Makes Vega measure by `textWidth`: its own estimate is too wide for Latin and too narrow for Chinese, and differs
 * where a canvas package happens to be installed. The hook is Vega's own, though missing from its types.
 */
export function measureTextAlike(): void {
  (vega as unknown as { textMetrics: { width: typeof textWidth } }).textMetrics.width = textWidth;
}
