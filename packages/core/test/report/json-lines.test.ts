import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '@modalkit/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createJsonLines } from '../../src/report/json-lines.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modalkit-行-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const step = (number: number): RunEvent => ({
  kind: 'step',
  step: number,
  steps: 10,
  values: { loss: 1 / number },
  samplesPerSecond: 100,
  etaSeconds: 1,
  dataWaitShare: 0.01,
  rssMb: 200,
});
const content = () => readFileSync(join(folder, 'metrics.jsonl'), 'utf8');
const lines = () =>
  content()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const write = (doneSteps: number, ...events: RunEvent[]) => {
  const reporter = createJsonLines(folder, doneSteps, () => new Date(1_700_000_000_000));
  for (const event of events) reporter.report(event);
  return reporter.close?.();
};

test('an event is a line with its wall time', () => {
  write(0, step(2), { kind: 'notice', message: '数据集里只有一个类别' });
  expect(content().split('\n')).toHaveLength(3);
  expect(lines()[0]).toEqual({ time: '2023-11-14T22:13:20.000Z', ...step(2) });
  expect(lines()[1]).toMatchObject({ kind: 'notice', message: '数据集里只有一个类别' });
});

test('progress is left out', () => {
  write(0, { kind: 'progress', task: 'prepare', done: 1, total: 2 }, step(1));
  expect(lines().map((line) => line.kind)).toEqual(['step']);
});

test('a line is on disk as soon as it is reported', () => {
  const reporter = createJsonLines(folder, 0);
  reporter.report(step(1));
  expect(lines()).toHaveLength(1);
  reporter.close?.();
});

test('a new run begins the file anew', () => {
  write(0, { kind: 'notice', message: 'of the run before' }, step(1), step(2));
  write(0, step(1));
  expect(lines().map((line) => line.step)).toEqual([1]);
});

test('a resumed run repeats no step: lines after the steps it has behind it are cut', () => {
  write(0, step(1), step(2), { kind: 'checkpoint', step: 2, folder: 'c/2' }, step(3), { kind: 'notice', message: 'x' });
  write(2, step(3), step(4));
  expect(lines().map((line) => [line.kind, line.step])).toEqual([
    ['step', 1],
    ['step', 2],
    ['checkpoint', 2],
    ['step', 3],
    ['step', 4],
  ]);
});

test('a resumed run whose last line was torn at any byte leaves whole lines only', () => {
  write(0, step(1), step(2));
  const whole = content();
  const torn = `${JSON.stringify({ time: 't', ...step(3), values: { 损失: 1 } })}`;
  for (let bytes = 1; bytes <= Buffer.byteLength(torn); bytes += 1) {
    const tail = Buffer.from(torn).subarray(0, bytes);
    writeFileSync(join(folder, 'metrics.jsonl'), Buffer.concat([Buffer.from(whole), tail]));
    write(2, step(3));
    expect(lines().map((line) => line.step)).toEqual([1, 2, 3]);
  }
});

test('a line of rubbish in the middle neither stops a resume nor is cut', () => {
  write(0, step(1));
  appendFileSync(join(folder, 'metrics.jsonl'), '\0\0\0 no json\n');
  write(1, step(2));
  expect(content().split('\n')).toHaveLength(4);
});

test('a full disk throws nothing while the run goes on, and is named when it closes', () => {
  symlinkSync('/dev/full', join(folder, 'metrics.jsonl'));
  const reporter = createJsonLines(folder, 0);
  reporter.report(step(1));
  reporter.report(step(2));
  expect(() => reporter.close?.()).toThrow(expect.objectContaining({ code: 'DISK' }));
});

test('a folder that is not there is one clear error', () => {
  expect(() => createJsonLines(join(folder, '没有'), 0)).toThrow(
    expect.objectContaining({ code: 'DISK', message: expect.stringContaining('metrics.jsonl') }),
  );
  expect(existsSync(join(folder, '没有'))).toBe(false);
});
