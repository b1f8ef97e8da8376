import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The bytes of a file of numbers. */
export function numbersFile(values: readonly number[]): Buffer {
  return Buffer.concat([Buffer.from('NUMS'), Buffer.from(Float32Array.from(values).buffer)]);
}

export type Row = Record<string, unknown>;

/** A fresh folder with `data/manifest.jsonl` of `count` samples and their files; sample i has 1 + i % 20 numbers. */
export function writeNumbers(count: number, change: (rows: Row[], data: string) => void = () => {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'modalkit-data-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  const rows = Array.from({ length: count }, (_, index): Row => {
    const values = Array.from({ length: 1 + (index % 20) }, (__, place) => index + place);
    writeFileSync(join(data, `数${index}.bin`), numbersFile(values));
    const split = index % 5 === 4 ? 'test' : 'train';
    return {
      id: `s${index}`,
      split,
      series: `数${index}.bin`,
      word: `word ${index}`,
      colour: index % 2 ? 'red' : 'green',
    };
  });
  change(rows, data);
  writeFileSync(join(data, 'manifest.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
  return folder;
}
