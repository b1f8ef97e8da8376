import { writeFileSync } from 'node:fs';

/** Writes a 16-bit PGM: the distance at each row and column, 0 where nothing was measured. */
export function writeGrid(
  file: string,
  rows: number,
  columns: number,
  at: (row: number, column: number) => number,
): void {
  const pixels = Buffer.alloc(2 * rows * columns);
  for (let index = 0; index < rows * columns; index++)
    pixels.writeUInt16BE(Math.round(at(Math.floor(index / columns), index % columns)), 2 * index);
  writeFileSync(file, Buffer.concat([Buffer.from(`P5\n${columns} ${rows}\n65535\n`), pixels]));
}
