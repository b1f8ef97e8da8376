import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Adapter, HostArray, TargetSpec } from '@modalkit/contract';
import { CONTRACT, type DataSource } from '@modalkit/contract';
import { stackRows, validFromLengths } from '@modalkit/toolkit';
import { z } from 'zod';
import { type DataProject, dataOptions, jsonl } from '../../src/data/index.js';

/** A made-up modality: files of float32 numbers after the mark "NUMS"; `fit` learns their mean. */
export function numbers(options: { version?: string } = {}): Adapter<string, { mean: number }, Float32Array> {
  return {
    id: 'numbers',
    modality: 'numbers',
    contract: CONTRACT,
    version: options.version ?? '1',
    options: {},
    supports: { positions: [], masks: [], paddingInvariant: true },
    sample: z.string(),
    files: (path) => [path],
    async fit(samples, context) {
      let sum = 0;
      let count = 0;
      for await (const path of samples) {
        const values = parse(await context.read(path));
        for (const value of values) sum += value;
        count += values.length;
      }
      return { mean: sum / count };
    },
    async prepare(path, context) {
      numbers.prepared++;
      const values = parse(await context.read(path));
      return values.map((value) => value - context.state.mean);
    },
    augment: (values, random) => values.map((value, index) => value + random.uniform('noise', index)),
    length: (values) => values.length,
    collate: (rows, { length }) => ({
      valid: validFromLengths(
        rows.map((row) => row?.length ?? 0),
        length,
      ),
      values: stackRows(
        rows.map((row) => row && Float32Array.from({ length }, (_, index) => row[index] ?? 0)),
        [length],
      ),
    }),
    ...steps,
  };
}
numbers.prepared = 0;

function parse(bytes: Uint8Array): Float32Array {
  if (new TextDecoder().decode(bytes.subarray(0, 4)) !== 'NUMS') throw new Error('does not begin with NUMS');
  if (bytes.length % 4 !== 0) throw new Error('is cut off');
  return new Float32Array(bytes.slice(4).buffer);
}

/** Words as code points; the words `hang`, `loop`, `exit`, `throw`, `late`, `nan` misbehave in `prepare`. */
export function words(): Adapter<string, undefined, number[]> {
  return {
    id: 'words',
    modality: 'words',
    contract: CONTRACT,
    version: '1',
    options: {},
    supports: { positions: [], masks: [], paddingInvariant: true },
    sample: z.string().max(1000),
    async prepare(word) {
      if (word === 'hang') await new Promise(() => {});
      if (word === 'loop') for (;;) Math.random();
      if (word === 'exit') process.exit(7);
      if (word === 'throw') return Promise.reject('a word');
      if (word === 'late') void Promise.reject(new Error('too late'));
      if (word === 'slow') await new Promise((wake) => setTimeout(wake, 40));
      if (word === 'nan') return [Number.NaN];
      return [...word].map((letter) => letter.codePointAt(0)!);
    },
    length: (codes) => codes.length,
    collate: (rows, { length }) => ({
      valid: validFromLengths(
        rows.map((row) => row?.length ?? 0),
        length,
      ),
      codes: stackRows(
        rows.map((row) => row && Float32Array.from({ length }, (_, index) => row[index] ?? 0)),
        [length],
      ),
    }),
    ...steps,
  };
}

const never = (): never => {
  throw new Error('no step runs in these tests');
};
const steps = { init: never, mask: never, encode: never, align: never };

export const colour: TargetSpec<string> = {
  schema: z.enum(['red', 'green']),
  names: ['red', 'green'],
  collate: (values): HostArray => ({
    dtype: 'int32',
    shape: [values.length],
    data: Int32Array.from(values, (value) => (value === 'green' ? 1 : 0)),
  }),
};

/** The source that a plugin of ours provides. */
export function sourceOf(plugin: ReturnType<typeof jsonl>): DataSource {
  let source: DataSource | undefined;
  const provide = (_token: unknown, factory: () => unknown): void => {
    source = factory() as DataSource;
  };
  plugin.setup({ slot: 'data', provide, keep() {}, get: never, onDispose() {} });
  return source!;
}

/** A project over `manifest.jsonl` beside its config, a JSON file of `data` options and the like. */
export async function loadProject(configPath: string): Promise<DataProject> {
  const config = JSON.parse(readFileSync(configPath, 'utf8')) as { data?: object; list?: number };
  return makeProject(dirname(configPath), config, configPath);
}

export function makeProject(
  folder: string,
  { data = {}, list = 1 }: { data?: object; list?: number } = {},
  configPath?: string,
): DataProject {
  return {
    folder,
    configPath,
    inputs: {
      series: { name: 'series', adapter: numbers(), list: 1, stateOf: 'series' },
      word: { name: 'word', adapter: words(), list, stateOf: 'word' },
    },
    targets: { colour },
    source: sourceOf(jsonl({ path: join('data', 'manifest.jsonl') })),
    data: dataOptions.parse({ batch: 8, workers: 0, split: { test: 0.2 }, ...data }),
    seed: 7,
  };
}
