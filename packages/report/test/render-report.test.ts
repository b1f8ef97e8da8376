import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderReport } from '../src/render-report.js';
import { HOSTILE, writeFakeRun } from './fake-run.js';
import { attribute, type Element, elementsOf, sectionOf, textOf, within } from './parse-page.js';

let folder: string;
let markup: string;
let elements: Element[];
let cpuSeconds: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'modalkit-报告-'));
  await writeFakeRun(folder);
  const before = process.cpuUsage();
  const path = await renderReport(folder);
  cpuSeconds = process.cpuUsage(before).user / 1e6;
  expect(path).toBe(join(folder, 'report.html'));
  markup = readFileSync(path, 'utf8');
  elements = elementsOf(markup);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const all = (tag: string) => elements.filter((element) => element.tagName === tag);
const tags = (tag: string, id: string) => within(sectionOf(elements, id)).filter((element) => element.tagName === tag);
const texts = (found: readonly Element[]) => found.map((element) => textOf(element).trim());

test('a run of 1,200 steps and 600 points takes less than 10 s', () => {
  expect(cpuSeconds).toBeLessThan(10);
});

test('the page has a title, a heading and its five sections in order', () => {
  expect(texts(all('h1'))).toEqual(['Handwritten digits and captions 手写数字与描述']);
  expect(texts(all('h2'))).toEqual(['Results', 'Figures', 'Curves', 'Run', 'Quarantined samples']);
  const anchors = all('a').map((element) => attribute(element, 'href')!.slice(1));
  const ids = all('section').map((element) => attribute(element, 'id'));
  expect(anchors).toEqual(ids);
});

test('nothing outside the page is named: every address is a data address or a place within it', () => {
  const names = ['src', 'href', 'xlink:href', 'srcset', 'action', 'poster', 'data', 'background'];
  const addresses = elements.flatMap((element) => names.flatMap((name) => attribute(element, name) ?? []));
  expect(addresses.length).toBeGreaterThan(20);
  expect(addresses.filter((address) => !/^(data:(image|audio)\/|#)/.test(address))).toEqual([]);
  expect(elements.filter(({ tagName }) => ['link', 'iframe', 'object', 'embed', 'base'].includes(tagName))).toEqual([]);
  expect(markup).not.toMatch(/@import|url\(/);
});

test('no script is needed and none is there', () => {
  expect(elements.filter(({ tagName }) => tagName === 'script')).toEqual([]);
  expect(elements.flatMap(({ attrs }) => attrs).filter(({ name }) => name.startsWith('on'))).toEqual([]);
  const policy = elements.find((element) => attribute(element, 'http-equiv') === 'Content-Security-Policy');
  expect(attribute(policy!, 'content')).toContain("default-src 'none'");
});

test('a hostile caption is words wherever it stands', () => {
  expect(texts(tags('p', 'figures')).filter((text) => text === HOSTILE)).toHaveLength(4);
  expect(texts(tags('th', 'quarantine'))).toContain(HOSTILE);
  expect(texts(tags('pre', 'run')).join()).toContain('onerror');
  expect(elements.filter((element) => element.tagName === 'img' && attribute(element, 'src') === 'x')).toEqual([]);
});

test('headlines and table give each value with its interval', () => {
  const [first] = texts(tags('li', 'results')).map((text) => text.replace(/\s+/g, ' '));
  // Wald, n = 2000: 0.9815 +- 1.96 * sqrt(0.9815 * 0.0185 / 2000) = 0.9815 +- 0.0059
  expect(first).toBe('zeroShot/en0.982 0.976 – 0.987 n = 2,000');
  const [table] = tags('table', 'results');
  expect(within(table!).filter(({ tagName }) => tagName === 'tr')).toHaveLength(1 + 8);
  expect(texts(within(table!).filter((element) => attribute(element, 'scope') === 'row'))).toContain(
    'retrieval/picture->caption/medianRank',
  );
});

test('every chart says in words what it shows', () => {
  const charts = elements.filter((element) => attribute(element, 'class') === 'chart');
  expect(charts.length).toBeGreaterThan(15);
  for (const chart of charts) {
    expect(attribute(chart, 'role')).toBe('img');
    expect(attribute(chart, 'aria-label')!.length).toBeGreaterThan(10);
    expect(within(chart).some(({ tagName }) => tagName === 'path')).toBe(true);
  }
  for (const picture of all('img')) expect(attribute(picture, 'alt')).toMatch(/^(Query|Answer) \d+, 28 by 28 pixels$/);
  expect(charts.map((chart) => attribute(chart, 'aria-label'))).toContain(
    '一个样本 of everything: voice, film, pen, read over 1.500 seconds.',
  );
});

test('there is a curve for each thing that steps measured, loss terms of one objective together', () => {
  const titles = texts(tags('figcaption', 'curves'));
  expect(titles).toEqual([
    'Loss',
    'loss/contrast',
    'loss/match/crossEntropy',
    'Gradient norm',
    'Learning rate',
    'logitScale/contrast',
    'Samples per second',
    'Time spent waiting for data',
    'Memory (resident, MB)',
    'test/zeroShot',
    'test/match/accuracy',
    'test/retrieval/picture->caption',
    'test/retrieval/caption->picture/classR@1',
    'test/retrieval/picture->caption/medianRank',
  ]);
});

test('a small matrix has its numbers, drawn and as a table with headers', () => {
  const confusion = tags('figure', 'figures').find((figure) =>
    within(figure).some(({ tagName }) => tagName === 'table'),
  )!;
  const drawn = within(confusion).filter(({ tagName }) => tagName === 'text');
  expect(drawn.length).toBeGreaterThanOrEqual(100 + 20);
  const headers = within(confusion).filter((element) => attribute(element, 'scope') === 'col');
  expect(texts(headers).slice(1)).toEqual(['零', '一', '二', '三', '四', '五', '六', '七', '八', '九']);
});

test('a matrix of many rows and few columns has flat cells, wide enough for their numbers', async () => {
  const flat = mkdtempSync(join(folder, 'flat-'));
  const rows = Array.from({ length: 31 }, (_, row) => `输入 ${row}`);
  const figures = [
    { kind: 'matrix', title: 'Flat', rows, columns: ['a', 'b'], values: rows.map((_, row) => [0.5, row / 100]) },
    { kind: 'matrix', title: 'Square', rows, columns: rows, values: rows.map(() => rows.map(() => 0.5)) },
  ];
  writeFileSync(join(flat, 'evaluation.json'), JSON.stringify({ step: 1, split: 's', values: {}, figures }));
  const page = elementsOf(readFileSync(await renderReport(flat), 'utf8'));
  const numerals = page
    .filter(({ tagName }) => tagName === 'figure')
    .map((figure) => within(figure).filter((each) => each.tagName === 'text' && /^0\.\d\d$/.test(textOf(each))).length);
  expect(numerals).toEqual([62, 0]);
});

test('the map has a mark for each point and legends for colour and shape', () => {
  const map = tags('figure', 'figures').find((figure) => textOf(figure).includes('UMAP'))!;
  const coloured = within(map).filter((element) => attribute(element, 'fill')?.startsWith('var(--series-'));
  expect(coloured).toHaveLength(600);
  const legends = within(map).filter(({ tagName }) => tagName === 'li');
  expect(texts(legends)).toEqual(['●caption', '▲picture', ...Array.from({ length: 10 }, (_, index) => `●${index}`)]);
});

test('a heat map lies over its picture: the more a region is looked at the denser, boxes outlined and named', () => {
  const [marked] = elements.filter((element) => attribute(element, 'class') === 'marked') as [Element];
  const rectangles = within(marked).filter(({ tagName }) => tagName === 'rect');
  // The region with a hundredth of the attention is not drawn.
  expect(rectangles.map((each) => attribute(each, 'fill-opacity'))).toEqual([
    '0.093',
    '0.650',
    '0.176',
    undefined,
    undefined,
  ]);
  const right = rectangles[3]!;
  expect(['x', 'y', 'width', 'height'].map((name) => Number(attribute(right, name)))).toEqual([0.5, 0.1, 0.4, 0.4]);
  expect(textOf(right)).toBe('right');
  const [svg] = within(marked).filter(({ tagName }) => tagName === 'svg') as [Element];
  expect(attribute(svg, 'aria-label')).toContain(
    'most attention (70 %) at 75 % across, 25 % down; right: 70 % across, 30 % down',
  );
});

test('galleries hold pictures, sound and series in the page, and mark hits by words', () => {
  const media = elements.flatMap((element) => attribute(element, 'src') ?? []);
  expect(media.filter((source) => source.startsWith('data:image/png;base64,'))).toHaveLength(3 * 6 + 2 + 1);
  expect(media.filter((source) => source.startsWith('data:audio/wav;base64,'))).toHaveLength(1 + 2);
  const hits = elements.filter((element) => attribute(element, 'class') === 'hit');
  expect(hits).toHaveLength(3 * 5 + 2 * 4 + 1);
  for (const hit of hits) expect(textOf(hit)).toContain('✓ match');
});

test('a timeline has all its tracks on one axis, and beside it what has no time', () => {
  const figure = tags('figure', 'figures').find((each) => textOf(each).includes('一个样本'))!;
  const inside = within(figure);
  const above = inside.find((each) => attribute(each, 'class') === 'beside')!;
  expect(texts(within(above).filter((each) => attribute(each, 'class') === 'tag'))).toEqual(['描述', 'voice', 'noise']);
  expect(textOf(above)).toContain(HOSTILE);
  const drawn = inside.filter(({ tagName }) => tagName === 'text').map(textOf);
  for (const text of ['voice', 'film', 'pen', 'read', '七', HOSTILE, 'seconds']) expect(drawn).toContain(text);
  expect(drawn.filter((text) => text === '1.0')).toHaveLength(1);
  // 1010 pixels for 1.5 s: the spectrogram has all of them. Of the frames, 72 wide, that at 0.02 s would cover the first.
  const images = inside.filter(({ tagName }) => tagName === 'image');
  const place = (image: Element) => attribute(image, 'transform')!.replace(/translate\((.*),.*\)/, '$1');
  expect(images.map((image) => attribute(image, 'width'))).toEqual(['1010', '72', '72', '72']);
  expect(images.map(place).map(Number)).toEqual([0, 0, expect.closeTo(1010 / 3, 1), expect.closeTo(2020 / 3, 1)]);
  expect(texts(inside.filter(({ tagName }) => tagName === 'li'))).toEqual(['●横', '●down']);
});

test('the parts of a run that is made of several are sections of their own', async () => {
  const whole = mkdtempSync(join(folder, 'parts-'));
  const values = { 'accuracy/西奥': { value: 0.93, low: 0.9, high: 0.95, n: 500 } };
  const matrix = { kind: 'matrix', title: 'By part', rows: ['a'], columns: ['b'], values: [[1]] };
  const parts = [
    { title: '说话人 Speakers', lead: 'Never <heard>.', values, figures: [matrix, 3] },
    { title: 'Seeds' },
  ];
  writeFileSync(join(whole, 'parts.json'), JSON.stringify({ lead: 'Pen and film are derived.', parts }));
  const page = elementsOf(readFileSync(await renderReport(whole), 'utf8'));
  const header = page.find(({ tagName }) => tagName === 'header')!;
  expect(textOf(header)).toContain('Pen and film are derived.');
  expect(textOf(header)).toContain('说话人 Speakers');
  const speakers = textOf(sectionOf(page, 'part-1'));
  for (const text of ['Never <heard>.', 'accuracy/西奥', '0.930', 'By part', '1 of 2 figures'])
    expect(speakers).toContain(text);
  expect(textOf(sectionOf(page, 'part-2'))).toBe('Seeds');
});

test('backend, times, versions, notices and config are there', () => {
  const run = textOf(sectionOf(elements, 'run'));
  for (const part of ['TensorFlow 2.21.0', '3 min 35 s', 'v20.20.2', 'only in English', '"queries": 8']) {
    expect(run).toContain(part);
  }
});

test('the same folder gives the same bytes and leaves nothing else behind', async () => {
  await renderReport(folder);
  expect(readFileSync(join(folder, 'report.html'), 'utf8') === markup).toBe(true);
  expect(readdirSync(folder).filter((name) => name.includes('tmp'))).toEqual([]);
});

test('in an empty folder each section says what is missing', async () => {
  const empty = mkdtempSync(join(folder, 'empty-'));
  const page = elementsOf(readFileSync(await renderReport(empty), 'utf8'));
  expect(textOf(sectionOf(page, 'results'))).toContain('There is no evaluation.json');
  expect(textOf(sectionOf(page, 'curves'))).toContain('There is no metrics.jsonl');
  expect(textOf(sectionOf(page, 'run'))).toContain('There is no run.json');
  expect(textOf(sectionOf(page, 'quarantine'))).toContain('There is no quarantine.jsonl');
});

test('damaged files cost only what they held', async () => {
  const damaged = mkdtempSync(join(folder, 'damaged-'));
  const matrix = { kind: 'matrix', title: 'Sound <b>one</b>', rows: ['a', 'a'], columns: ['b'], values: [[1], [null]] };
  const script = { kind: 'picture', mime: 'text/html', base64: 'AAAA', width: 1, height: 1 };
  const gallery = { kind: 'gallery', title: 'Bad', rows: [{ query: script, results: [] }] };
  const evaluation = { step: 1, split: 's', values: { a: { value: null, low: 0, high: 1, n: 0 } } };
  writeFileSync(join(damaged, 'evaluation.json'), JSON.stringify({ ...evaluation, figures: [matrix, gallery, 3] }));
  writeFileSync(join(damaged, 'metrics.jsonl'), '{"kind":"step","step":1,"values":{"loss":null},"samplesPe');
  writeFileSync(join(damaged, 'run.json'), '{"title": 3}');
  const page = elementsOf(readFileSync(await renderReport(damaged), 'utf8'));
  expect(textOf(sectionOf(page, 'results'))).toContain('–');
  expect(textOf(sectionOf(page, 'figures'))).toContain('Sound <b>one</b>');
  expect(textOf(sectionOf(page, 'figures'))).toContain('2 of 3 figures do not have the form');
  expect(textOf(sectionOf(page, 'curves'))).toContain('The run reported no step.');
  expect(textOf(sectionOf(page, 'run'))).toContain('run.json cannot be shown: title');
});

test('a folder that is not there is one clear error', async () => {
  await expect(renderReport(join(folder, '没有'))).rejects.toMatchObject({ code: 'USAGE' });
});
