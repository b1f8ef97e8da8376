import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AlarmBegin, AlarmEnd } from '../../src/alarm/alarm-entry.js';
import { openAlarms } from '../../src/alarm/alarm-journal.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-alarms-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = '2026-03-01T10:00:00.000Z';
const levels = { peak: 0.9, mean: 0.8, windows: 3 };
const begin = (id: string, to: string[] = []): AlarmBegin => ({
  kind: 'begin',
  id,
  watch: 'health',
  began: at,
  to,
  ...levels,
});
const end = (id: string, to: string[] = []): AlarmEnd => ({ ...begin(id, to), kind: 'end', ended: at });
const file = () => join(folder, 'alarms.jsonl');
const linesOf = async () => (await readFile(file(), 'utf8')).split('\n').slice(0, -1);

describe('the file of alarms', () => {
  it('keeps lines in their order, each on the disk when it says so', async () => {
    const alarms = await openAlarms(folder);
    const written = Array.from({ length: 50 }, (_, index) => alarms.append({ kind: 'gap', at, index }));
    expect(await written[0]).toBe(true);
    expect(await Promise.all(written)).not.toContain(false);
    expect((await linesOf()).map((line) => JSON.parse(line).index)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    await alarms.close();
  });

  it('tells the next session what goes on, and what has not got where it goes', async () => {
    const first = await openAlarms(folder);
    expect(first.open).toEqual([]);
    await Promise.all([
      first.append(begin('over', ['exec'])),
      first.append({ kind: 'delivered', id: 'over', of: 'begin', to: 'exec' }),
      first.append(end('over', ['exec'])),
      first.append(begin('on', ['exec', 'http'])),
      first.append({ kind: 'delivered', id: 'on', of: 'begin', to: 'http' }),
    ]);
    await first.close();
    const second = await openAlarms(folder);
    expect(second.open.map(({ id }) => id)).toEqual(['on']);
    expect(second.undelivered.map(({ entry, to }) => `${entry.id} ${entry.kind} ${to}`)).toEqual([
      'over end exec',
      'on begin exec',
    ]);
    await second.close();
  });

  it('takes away the line that a kill cut off, whole or not, and goes on after the one before', async () => {
    for (const torn of ['{"kind":"begin","id":"x', JSON.stringify(begin('x')), '']) {
      const first = await openAlarms(folder);
      await first.append(begin('on'));
      await first.close();
      const whole = await linesOf();
      await appendFile(file(), torn);
      const second = await openAlarms(folder);
      expect(second.open.map(({ id }) => id)).toEqual(['on']);
      await second.append(end('on'));
      await second.close();
      expect(await linesOf()).toEqual([...whole, JSON.stringify(end('on'))]);
      await rm(file());
    }
  });

  it('is one process’s alone', async () => {
    const first = await openAlarms(folder);
    await expect(openAlarms(folder)).rejects.toMatchObject({ code: 'LOCKED' });
    await first.close();
    await (await openAlarms(folder)).close();
  });

  it.each([
    ['{"kind":', /alarms\.jsonl:2: the line is not JSON; correct it, or move the file away/],
    ['{"kind":"begin","id":"x"}', /alarms\.jsonl:2: .*watch/],
    ['{"kind":"end","id":"x"}', /alarms\.jsonl:2: .*ended/],
  ])('that is damaged is refused by line and field: %s', async (line, message) => {
    await appendFile(file(), `${JSON.stringify(begin('on'))}\n${line}\n${JSON.stringify(end('on'))}\n`);
    await expect(openAlarms(folder)).rejects.toMatchObject({ code: 'DATA', message: expect.stringMatching(message) });
    await rm(file());
    await (await openAlarms(folder)).close();
  });
});
