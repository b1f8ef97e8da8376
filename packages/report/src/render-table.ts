import stringWidth from 'string-width';

/** Cells as a plain table for a terminal: the first column to the left, the others to the right. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  // a cell may hold a name from the data: no control character of it reaches the terminal
  const table = [head, ...rows].map((row) => row.map((cell) => cell.replace(/\p{Cc}/gu, '')));
  const widths = head.map((_, column) => Math.max(...table.map((row) => stringWidth(row[column]!))));
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
