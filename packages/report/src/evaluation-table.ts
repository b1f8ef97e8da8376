import type { Measured } from '@modalkit/contract';
import stringWidth from 'string-width';
import { formatMeasured } from './format-number.js';

/** Measured values as a plain table for a terminal: name, value, 95 % confidence interval and observations. */
export function renderEvaluationTable(values: Readonly<Record<string, Measured>>): string {
  const rows = Object.entries(values).map(([name, { value, low, high, n }]) => [
    // a name may hold a class from the data: no control character of it reaches the terminal
    name.replace(/\p{Cc}/gu, ''),
    formatMeasured(value),
    `${formatMeasured(low)} – ${formatMeasured(high)}`,
    String(n),
  ]);
  const table = [['metric', 'value', '95 % interval', 'n'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => stringWidth(row[column]!))));
  const lines = table.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column]!, column > 0))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '─'.repeat(width)).join('  '));
  return `${lines.join('\n')}\n`;
}

function pad(cell: string, width: number, right: boolean): string {
  const space = ' '.repeat(width - stringWidth(cell));
  return right ? space + cell : cell + space;
}
