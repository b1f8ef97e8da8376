import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { csv, dataOptions, folders, jsonl, loadDataset } from '../../src/data/index.js';
import { drawSplit } from '../../src/data/load-dataset.js';
import { makeProject, sourceOf } from './numbers-project.js';
import { writeNumbers } from './write-numbers.js';

const context = (folder: string) => ({ folder, inputs: ['series', 'word'], targets: ['colour'] });

function write(files: Record<string, string | Buffer>): string {
  const folder = mkdtempSync(join(tmpdir(), 'modalkit-source-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

describe('jsonl', () => {
  it('reads flat and nested rows, a byte order mark, CRLF, blank lines and no last newline', async () => {
    const lines = [
      '\uFEFF{"id":"a","split":"test","group":3,"series":"a.bin","word":"七\u2028","colour":"red","other":{"x":1}}',
      '',
      '{"id":7,"inputs":{"series":"b.bin","word":null},"targets":{"colour":"green"}}',
      '  ',
      '{"word":"no id"}',
    ];
    const folder = write({ 'm/list.jsonl': lines.join('\r\n') });
    const dataset = await sourceOf(jsonl({ path: 'm/list.jsonl' })).load(context(folder));
    expect(dataset.root).toBe(join(folder, 'm'));
    expect(dataset.rejected).toEqual([]);
    expect(dataset.samples).toEqual([
      { id: 'a', split: 'test', group: '3', inputs: { series: 'a.bin', word: '七\u2028' }, targets: { colour: 'red' } },
      { id: '7', inputs: { series: 'b.bin' }, targets: { colour: 'green' } },
      { id: 'list.jsonl:5', inputs: { word: 'no id' }, targets: {} },
    ]);
  });

  it('rejects a bad line by file and line and keeps the others', async () => {
    const bad = [
      '{"id":"a","word":"first"}',
      '{"id":"b","word":',
      '[1]',
      '{"id":"a","word":"again"}',
      '{"picture":"x.png"}',
      '{"id":{},"word":"x"}',
      'null',
    ];
    const folder = write({
      'list.jsonl': Buffer.concat([
        Buffer.from(`${bad.join('\n')}\n`),
        Buffer.from([0x7b, 0xff, 0x7d, 10]),
        Buffer.from('{"word":"last"}'),
      ]),
    });
    const { samples, rejected } = await sourceOf(jsonl({ path: 'list.jsonl' })).load(context(folder));
    expect(samples.map(({ id }) => id)).toEqual(['a', 'list.jsonl:9']);
    expect(rejected.map(({ file }) => file)).toEqual(
      [2, 3, 4, 5, 6, 7, 8].map((line) => `${join(folder, 'list.jsonl')}:${line}`),
    );
    const reasons = rejected.map(({ reason }) => reason).join('\n');
    for (const part of [
      'not JSON',
      'received a list',
      'that of list.jsonl:1',
      'none of the inputs "series", "word"',
      '"id" must be',
      'received null',
      'not UTF-8',
    ])
      expect(reasons).toContain(part);
  });

  it('takes own keys alone: no prototype is read or changed', async () => {
    const folder = write({ 'list.jsonl': '{"word":"x","__proto__":{"series":"evil","split":"test"},"constructor":1}' });
    const { samples } = await sourceOf(jsonl({ path: 'list.jsonl' })).load({
      ...context(folder),
      inputs: ['series', 'word', 'toString'],
    });
    expect(samples).toEqual([{ id: 'list.jsonl:1', inputs: { word: 'x' }, targets: {} }]);
    expect(({} as Record<string, unknown>).series).toBeUndefined();
  });

  it('says which manifest is missing, and refuses unknown options', async () => {
    await expect(sourceOf(jsonl({ path: 'none.jsonl' })).load(context('/tmp'))).rejects.toMatchObject({
      code: 'DATA',
      message: 'Manifest /tmp/none.jsonl is missing; correct data.source.',
    });
    expect(() => jsonl({ path: 'a', pth: 1 } as never)).toThrow(/pth/);
  });
});

describe('csv', () => {
  it('reads quoted cells, leaves empty ones out and rejects a row that does not fit', async () => {
    const folder = write({
      't.csv':
        '\uFEFFid,word,colour,split\r\n1,"数, seven",red,train\r\n2,,green,test\r\n3,x,red,train,extra\r\n4,"two\r\nlines",,\r\n',
    });
    const { samples, rejected } = await sourceOf(csv({ path: 't.csv' })).load(context(folder));
    expect(samples).toEqual([
      { id: '1', split: 'train', inputs: { word: '数, seven' }, targets: { colour: 'red' } },
      { id: '4', inputs: { word: 'two\r\nlines' }, targets: {} },
    ]);
    expect(rejected.map(({ id }) => id)).toEqual(['t.csv:3', 't.csv:4']);
  });
});

describe('folders', () => {
  it('reads class folders, and split folders of them, and rejects what lies beside', async () => {
    const flat = write({ 'd/red/1.bin': 'x', 'd/green/二.bin': 'x', 'd/.hidden': 'x', 'd/readme.md': 'x' });
    const options = { path: 'd', input: 'series', target: 'colour' };
    const classes = await sourceOf(folders(options)).load(context(flat));
    expect(classes.samples).toEqual([
      { id: 'green/二.bin', inputs: { series: 'green/二.bin' }, targets: { colour: 'green' } },
      { id: 'red/1.bin', inputs: { series: 'red/1.bin' }, targets: { colour: 'red' } },
    ]);
    expect(classes.rejected.map(({ id }) => id)).toEqual(['readme.md']);
    const deep = write({
      'd/train/red/1.bin': 'x',
      'd/test/red/2.bin': 'x',
      'd/test/loose.bin': 'x',
      'd/test/red/deep/3.bin': 'x',
    });
    const splits = await sourceOf(folders(options)).load(context(deep));
    expect(splits.samples.map(({ id, split }) => [id, split])).toEqual([
      ['test/red/2.bin', 'test'],
      ['train/red/1.bin', 'train'],
    ]);
    expect(splits.rejected.map(({ id }) => id)).toEqual(['test/loose.bin', 'test/red/deep']);
  });
});

describe('loadDataset', () => {
  it('draws splits by (seed, group or id) when none is stated', async () => {
    const folder = writeNumbers(200, (rows) => {
      for (const [index, row] of rows.entries()) Object.assign(row, { split: undefined, group: `g${index >> 1}` });
    });
    const { samples } = await loadDataset(makeProject(folder));
    for (let pair = 0; pair < 200; pair += 2) expect(samples[pair]!.split).toBe(samples[pair + 1]!.split);
    const share = samples.filter(({ split }) => split === 'test').length / 200;
    // 100 groups, p = 0.2: deviation 0.04
    expect(Math.abs(share - 0.2)).toBeLessThan(0.16);
    expect(drawSplit({ test: 0.2 }, 1, 'x')).toBe(drawSplit({ test: 0.2 }, 1, 'x'));
  });

  it('refuses an empty dataset and a group in two splits', async () => {
    await expect(loadDataset(makeProject(writeNumbers(0)))).rejects.toMatchObject({ code: 'DATA' });
    const spread = writeNumbers(
      10,
      (rows) => Object.assign(rows[3]!, { group: 'one' }) && Object.assign(rows[4]!, { group: 'one' }),
    );
    await expect(loadDataset(makeProject(spread))).rejects.toThrow(/Group "one" is in the splits "train" and "test"/);
  });
});

describe('dataOptions', () => {
  it('has defaults and refuses unknown keys and shares of 1 or more', () => {
    expect(dataOptions.parse({})).toMatchObject({ batch: 64, ahead: 4, budget: 0.01, split: { test: 0.1 } });
    expect(dataOptions.safeParse({ bach: 1 }).success).toBe(false);
    expect(dataOptions.safeParse({ split: { a: 0.5, b: 0.5 } }).success).toBe(false);
  });
});
