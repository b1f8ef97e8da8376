import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../recipes/tools/packages.mjs';
import { atTheTerminal } from './at-the-terminal.js';
import { readDocuments } from './documents.js';
import { followGuide } from './follow-guide.js';

const guide = readDocuments().find(({ path }) => path === 'docs/guides/recordings.md')!;
const folder = join(ROOT, 'test/journeys/.tmp', `recordings-${process.pid}`);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.runIf(Boolean(process.env.MODALKIT_FULL))('the guide to recordings, followed word by word', () => {
  it('records four times, slices and trains', { timeout: 600_000 }, async () => {
    mkdirSync(folder, { recursive: true });
    const { type, typed } = atTheTerminal();
    await followGuide(guide, folder, type);
    expect(typed.map(({ line }) => line.split(' ')[2])).toEqual([...Array(4).fill('record'), 'slice', 'train']);
    expect(typed[4]!.output).toMatch(/Sliced \d+ windows \(train \d+, test \d+; labels normal \d+, bearing \d+[;)]/);
    const rows = readFileSync(join(folder, 'recordings/windows.jsonl'), 'utf8').trim().split('\n');
    for (const row of rows.map((line) => JSON.parse(line)))
      expect(row).toMatchObject({
        split: row.id.startsWith('fan-2') ? 'test' : 'train',
        label: row.id.split(/[-@]/)[2],
      });
    const summary = JSON.parse(readFileSync(join(folder, 'runs/fans/summary.json'), 'utf8'));
    expect(summary).toMatchObject({ quarantined: 0 });
  });
});
