import type { Measured } from '@modalkit/contract';
import { formatMeasured } from './format-number.js';
import { renderTable } from './render-table.js';

/** Measured values as a plain table for a terminal: name, value, 95 % confidence interval and observations. */
export function renderEvaluationTable(values: Readonly<Record<string, Measured>>): string {
  const rows = Object.entries(values).map(([name, { value, low, high, n }]) => [
    name,
    formatMeasured(value),
    `${formatMeasured(low)} – ${formatMeasured(high)}`,
    String(n),
  ]);
  return renderTable(['metric', 'value', '95 % interval', 'n'], rows);
}
