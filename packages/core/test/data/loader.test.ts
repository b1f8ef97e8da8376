import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type DataProject, fitAdapters, type HostBatch, loadDataset } from '../../src/data/index.js';
import { openLoader } from '../../src/data/loader.js';
import { makeProject, numbers } from './numbers-project.js';
import { numbersFile, type Row, writeNumbers } from './write-numbers.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function open(project: DataProject, given?: Record<string, unknown>) {
  const dataset = await loadDataset(project);
  const training = dataset.samples.filter(({ split }) => split === 'train');
  const states = given ?? (await fitAdapters(project, training, dataset.root));
  const notices: string[] = [];
  const loader = openLoader(project, states, dataset.root, { onNotice: (message) => notices.push(message) });
  closers.push(() => loader.close());
  return { loader, dataset, states, notices };
}

/** A project whose adapter is changed. */
function withSeries(folder: string, change: Partial<ReturnType<typeof numbers>>, options = {}): DataProject {
  const project = makeProject(folder, options);
  const { series } = project.inputs;
  return {
    ...project,
    inputs: { ...project.inputs, series: { ...series!, adapter: { ...series!.adapter, ...change } } },
  };
}

const state = { series: { mean: 0 }, word: undefined };

describe('fitAdapters', () => {
  it('learns from the samples given, and leaves out those that cannot be used', async () => {
    const folder = writeNumbers(10, (rows, data) => {
      rows.forEach((row, index) => {
        writeFileSync(join(data, row.series as string), numbersFile([index, index + 2]));
      });
      writeFileSync(join(data, rows[0]!.series as string), 'NUM'); // fit itself throws on it
      rows[1]!.series = 'gone.bin'; // reading throws
      rows[2]!.series = 5; // no string
    });
    const { states } = await open(makeProject(folder));
    // train is 0..8 without 4; usable 3 5 6 7 8 with means 4 6 7 8 9: 34 / 5 = 6.8
    expect(states).toEqual({ series: { mean: expect.closeTo(6.8, 12) }, word: undefined });
  });

  it('tells how far it is, input by input, when it learns and not when it knows', async () => {
    const project = makeProject(writeNumbers(10));
    const { root, samples } = await loadDataset(project);
    const told: string[] = [];
    const onProgress = (...progress: [string, number, number]) => told.push(progress.join(' '));
    await fitAdapters(project, samples, root, { onProgress });
    expect([told[0], told[4], told.at(-1)]).toEqual(['series 0 10', 'series 4 10', 'series 10 10']);
    told.length = 0;
    await fitAdapters(project, samples, root, { onProgress });
    expect(told).toEqual([]);
  });

  it('pools the samples of inputs that share a state', async () => {
    const project = makeProject(
      writeNumbers(4, (rows, data) => {
        rows.forEach((row, index) => {
          writeFileSync(join(data, `b${index}`), numbersFile([100]));
          writeFileSync(join(data, row.series as string), numbersFile([0]));
          row.other = `b${index}`;
        });
      }),
    );
    const other = { ...project.inputs.series!, name: 'other', stateOf: 'series' };
    const { states } = await open({ ...project, inputs: { ...project.inputs, other } });
    expect(states).toEqual({ series: { mean: 50 }, other: { mean: 50 }, word: undefined });
  });

  it('learns once: a second start takes the state from the cache, until a file of the split changes', async () => {
    const folder = writeNumbers(10);
    let fits = 0;
    const { fit } = numbers();
    const project = withSeries(folder, {
      fit: (...given) => {
        fits++;
        return fit!(...given);
      },
    });
    const first = (await open(project)).states;
    expect((await open(project)).states).toEqual(first);
    expect(fits).toBe(1);
    writeFileSync(join(folder, 'data', '数0.bin'), numbersFile([1000, 1000]));
    expect((await open(project)).states).not.toEqual(first);
    expect(fits).toBe(2);
  });

  it('keeps what is cached while the options that an adapter prepares by stay the same, also where a state is shared', async () => {
    const folder = writeNumbers(10, (rows) => {
      for (const row of rows) row.other = row.series;
    });
    const { fit, prepare } = numbers();
    const made = async (own: object, other: object) => {
      const counts = { fits: 0, prepared: 0 };
      const counted: Partial<ReturnType<typeof numbers>> = {
        fit: (...given) => {
          counts.fits++;
          return fit!(...given);
        },
        prepare: (...given) => {
          counts.prepared++;
          return prepare(...given);
        },
      };
      const project = withSeries(folder, { ...counted, ...own });
      const { series } = project.inputs;
      const sharer = { name: 'other', adapter: { ...series!.adapter, ...other }, list: 1, stateOf: 'series' };
      const { loader, dataset } = await open({ ...project, inputs: { ...project.inputs, other: sharer } });
      return { ...counts, key: (await loader.scan(dataset)).key, prepared: counts.prepared };
    };
    const named = { options: { width: 8, size: 4 }, prepares: { size: 4 } };
    const first = await made(named, named);
    expect(first).toMatchObject({ fits: 1, prepared: 10 });
    const wider = { ...named, options: { width: 9, size: 4 } };
    const second = await made(wider, wider);
    expect(second).toMatchObject({ fits: 0, prepared: 0 });
    expect(second.key).not.toBe(first.key);
    // what the sharing input prepares by is in the key of the state too
    expect(await made(named, { options: { size: 5 }, prepares: { size: 5 } })).toMatchObject({ fits: 1, prepared: 10 });
    // nothing named: all options count
    for (const width of [10, 11]) {
      const unnamed = { options: { width, size: 4 } };
      expect(await made(unnamed, unnamed)).toMatchObject({ fits: 1, prepared: 10 });
    }
  });

  it('from prepared samples: each is prepared once, in order and without a state; those that cannot be are left out', async () => {
    const folder = writeNumbers(10, (rows, data) => {
      writeFileSync(join(data, rows[1]!.series as string), 'NUM');
      rows[2]!.series = 'gone.bin';
      rows[3]!.series = 5;
    });
    const prepared: string[] = [];
    const states: unknown[] = [];
    const sizes: number[] = [];
    const project = withSeries(folder, {
      fit: undefined,
      prepare: async (path, context) => {
        if (path === '数5.bin') await new Promise((resolve) => setTimeout(resolve, 30));
        const { length } = await context.read(path);
        if (length === 3) throw new Error('cut off');
        prepared.push(path);
        states.push(context.state);
        return Float32Array.of(length);
      },
      fitPrepared: async (samples) => {
        for await (const [size] of samples) sizes.push(size!);
        return { mean: sizes.length };
      },
    });
    const { loader, dataset, states: learnt } = await open(project);
    const training = dataset.samples.filter(({ split }) => split === 'train').map(({ id }) => Number(id.slice(1)));
    const usable = training.filter((index) => ![1, 2, 3].includes(index));
    expect(learnt.series).toEqual({ mean: usable.length });
    expect(sizes).toEqual(usable.map((index) => 4 + 4 * (index + 1)));
    await expect(loader.scan(dataset)).rejects.toThrow('3 of 10 samples are unusable');
    expect(new Set(prepared).size).toBe(prepared.length);
    expect(prepared).toHaveLength(7);
    expect(new Set(states)).toEqual(new Set([undefined]));
  });

  it('from prepared samples: the first failure is told when there are none, and hooks that break end it early', async () => {
    const fitPrepared = async (samples: AsyncIterable<Float32Array>) => {
      for await (const _ of samples);
      return { mean: 0 };
    };
    const broken = (prepare: () => Promise<never>, count: number) =>
      open(withSeries(writeNumbers(count), { fit: undefined, prepare, fitPrepared }, { data: { timeLimit: 0.05 } }));
    await expect(broken(() => Promise.reject(new Error('no codec')), 10)).rejects.toThrow(
      'plugin "numbers": prepare: no codec',
    );
    let hung = 0;
    const hang = () => {
      hung++;
      return new Promise<never>(() => {});
    };
    await expect(broken(hang, 300)).rejects.toMatchObject({ code: 'BUDGET' });
    expect(hung).toBeLessThan(10);
  });

  it('names the plugin when fit fails whatever the samples', async () => {
    const project = withSeries(writeNumbers(5), { fit: () => Promise.reject('no reason') });
    await expect(open(project)).rejects.toThrow('plugin "numbers": fit of input "series": rejected with "no reason"');
  });
});

describe('batches', () => {
  it('hold the prepared numbers, padded to the bucket, and the targets', async () => {
    const { loader, dataset } = await open(makeProject(writeNumbers(10)), { ...state, series: { mean: 1 } });
    const batch = await loader.batchOf([dataset.samples[2]!, { id: 'q', inputs: { word: '七ab' }, targets: {} }]);
    // sample 2 has 3 numbers 2 3 4; less the mean 1: 1 2 3; the smallest bucket is 8
    expect([...batch.inputs.series!.arrays.values!.data]).toEqual([1, 2, 3, 0, 0, 0, 0, 0, ...new Array(8).fill(0)]);
    expect([...batch.inputs.series!.arrays.valid.data]).toEqual([1, 1, 1, 0, 0, 0, 0, 0, ...new Array(8).fill(0)]);
    expect([...batch.inputs.series!.present.data]).toEqual([1, 0]);
    expect([...batch.inputs.word!.arrays.codes!.data.slice(8)]).toEqual([0x4e03, 97, 98, 0, 0, 0, 0, 0]);
    expect(batch.targets.colour).toEqual({
      values: { dtype: 'int32', shape: [2], data: Int32Array.of(1, 0) },
      valid: { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) },
    });
    expect(batch).toMatchObject({ ids: ['s2', 'q'], quarantined: [] });
  });

  it('flatten a list to the power of two that holds the longest, with absent items', async () => {
    const { loader } = await open(makeProject(writeNumbers(5), { list: 6 }), state);
    const sample = (id: string, word: unknown) => ({ id, inputs: { word }, targets: {} });
    const words = [['a', null, 'c'], 'd', [], undefined];
    const batch = await loader.batchOf(words.map((word, index) => sample(`${index}`, word)));
    expect(batch.inputs.word!.arrays.codes!.shape).toEqual([16, 8]);
    expect([...batch.inputs.word!.itemsPresent!.data]).toEqual([1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...batch.inputs.word!.present.data]).toEqual([1, 1, 0, 0]);
    const codes = batch.inputs.word!.arrays.codes!.data;
    expect([codes[0], codes[16], codes[32]]).toEqual([97, 99, 100]);
    const { quarantined } = await loader.batchOf([sample('long', [...'abcdefg'])]);
    expect(quarantined).toMatchObject([{ id: 'long', input: 'word', stage: 'validate' }]);
    expect(quarantined[0]!.reason).toContain('has 7 items, its list holds at most 6');
  });

  it('are augmented in training alone, by (seed, step, sample): the same again, another at the next epoch', async () => {
    const { loader, dataset } = await open(makeProject(writeNumbers(20), { data: { batch: 16 } }), state);
    const { splits } = await loader.scan(dataset);
    const take = async (training: boolean): Promise<HostBatch[]> => {
      const batches: HostBatch[] = [];
      const stream = loader.batches(splits.train!, loader.plan(splits.train!, { training }), {
        from: 0,
        to: 2,
        training,
      });
      for await (const { batch } of stream) batches.push(batch);
      return batches;
    };
    const [first, second] = await take(true);
    expect(await take(true)).toEqual([first, second]);
    const numbersOf = (batch: HostBatch) => {
      const { data, shape } = batch.inputs.series!.arrays.values!;
      return data[batch.ids.indexOf('s3') * shape[1]!]!;
    };
    expect(numbersOf(first!)).toBeGreaterThan(3);
    expect(numbersOf(first!)).toBeLessThan(4);
    expect(numbersOf(first!)).not.toBe(numbersOf(second!));
    expect(numbersOf((await take(false))[0]!)).toBe(3);
  });

  it('hold no more samples than fit into memory', async () => {
    const { loader, dataset } = await open(makeProject(writeNumbers(20), { data: { batch: 16 } }), state);
    const { splits } = await loader.scan(dataset);
    const { length } = splits.train!.samples;
    for (const [most, rows] of [
      [undefined, 16],
      [3, 3],
      [99, 16],
    ] as const) {
      const plan = loader.plan(splits.train!, { training: false, most });
      expect([plan.drawBatch(0).rows.length, plan.stepsPerEpoch]).toEqual([rows, Math.ceil(length / rows)]);
    }
  });

  it('are balanced by a column of classes in training, where data.balance names it', async () => {
    // 32 of the 40 are for training: 4 are red, 26 green and 2 without a colour.
    const folder = writeNumbers(40, (rows) => {
      rows.forEach((row, index) => {
        row.colour = index % 10 === 1 ? 'red' : index === 2 || index === 3 ? null : 'green';
      });
    });
    const drawn = async (balance: string | undefined, training: boolean) => {
      const { loader, dataset } = await open(makeProject(folder, { data: { balance } }), state);
      const { splits } = await loader.scan(dataset);
      const plan = loader.plan(splits.train!, { training });
      const rows = [0, 1, 2, 3].flatMap((step) => plan.drawBatch(step).rows);
      const colours = rows.map((row) => splits.train!.samples[row]!.targets.colour ?? 'none');
      return ['red', 'green', 'none'].map((colour) => colours.filter((each) => each === colour).length);
    };
    expect(await drawn(undefined, true)).toEqual([4, 26, 2]);
    expect(await drawn('colour', true)).toEqual([15, 15, 2]);
    expect(await drawn('colour', false)).toEqual([4, 26, 2]);
  });

  it.each([
    ['no arrays', () => undefined, 'it returned no arrays'],
    ['a wrong shape', (array: object) => ({ ...array, shape: [1, 1] }), 'values has shape'],
    ['a wrong type', (array: object) => ({ ...array, dtype: 'int32' }), 'values is int32 but its data is Float32Array'],
  ])('name the plugin when collate returns %s', async (_, spoil, message) => {
    const folder = writeNumbers(10);
    const { collate } = numbers();
    const broken = withSeries(folder, {
      collate: (...given) => {
        const arrays = collate(...given);
        const values = spoil(arrays.values!);
        return (values && { ...arrays, values }) as never;
      },
    });
    const { loader, dataset } = await open(broken, state);
    await expect(loader.batchOf(dataset.samples)).rejects.toMatchObject({
      code: 'PLUGIN',
      message: expect.stringContaining(`plugin "numbers": collate: ${message}`),
    });
  });

  it('name the target whose collate is wrong', async () => {
    const project = makeProject(writeNumbers(4));
    const colour = {
      ...project.targets.colour!,
      collate: () => ({ dtype: 'int32', shape: [1], data: Int32Array.of(0) }) as const,
    };
    const { loader, dataset } = await open({ ...project, targets: { colour } }, state);
    await expect(loader.batchOf(dataset.samples)).rejects.toThrow(
      /Target "colour": collate: the result has shape \[1\]/,
    );
  });

  it('give up on a hook that never settles, in the main thread too', async () => {
    const folder = writeNumbers(4, (rows: Row[]) => {
      rows[1]!.word = 'hang';
    });
    const { loader, dataset } = await open(makeProject(folder, { data: { timeLimit: 0.1 } }), state);
    const { quarantined } = await loader.batchOf(dataset.samples);
    expect(quarantined).toMatchObject([{ id: 's1', input: 'word', stage: 'prepare', code: 'PLUGIN' }]);
  });
});

describe('scan', () => {
  it('fills the cache, so that a second start prepares nothing, until a file, option or version changes', async () => {
    const folder = writeNumbers(30);
    const scan = async (project: DataProject) => {
      const { loader, dataset } = await open(project, state);
      const before = numbers.prepared;
      const result = await loader.scan(dataset);
      await loader.batchOf(dataset.samples);
      return { result, prepared: numbers.prepared - before };
    };
    const first = await scan(makeProject(folder));
    expect(first.prepared).toBe(30);
    const second = await scan(makeProject(folder));
    expect(second).toEqual({ result: first.result, prepared: 0 });
    const file = join(folder, 'data', '数3.bin');
    writeFileSync(file, numbersFile([1, 2, 3, 4, 5, 6]));
    const changed = await scan(makeProject(folder));
    expect(changed.prepared).toBe(1);
    expect(changed.result.key).not.toBe(first.result.key);
    utimesSync(file, 1, 1); // looked at again, and its content is known
    expect((await scan(makeProject(folder))).prepared).toBe(0);
    expect((await scan(withSeries(folder, { version: '2' }))).prepared).toBe(30);
    rmSync(join(folder, '.modalkit'), { recursive: true });
    expect((await scan(makeProject(folder))).prepared).toBe(30);
    expect((await scan(makeProject(folder, { data: { cache: false } }))).prepared).toBe(30);
    expect(statSync(join(folder, '.modalkit', 'cache')).isDirectory()).toBe(true);
  });

  it('puts every line in one count, and checks targets', async () => {
    const folder = writeNumbers(20, (rows) => {
      rows[1]!.colour = 'blue';
      rows[2]!.word = { no: 'string' };
      rows[5]!.id = 's0';
      rows[7]!.split = 'extra';
    });
    const { loader, dataset } = await open(makeProject(folder, { data: { budget: 0.2 } }), state);
    const { counts, quarantined } = await loader.scan(dataset, { splits: ['train', 'test'] });
    expect(counts).toEqual({ raw: 20, usable: { train: 12, test: 4 }, quarantined: 3, unused: 1 });
    expect(quarantined.map(({ id, stage }) => `${id} ${stage}`)).toEqual([
      'manifest.jsonl:6 read',
      's1 validate',
      's2 validate',
    ]);
    expect(quarantined[1]!.reason).toMatch(/^target "colour": .*"red"\|"green".*received "blue"/);
    await expect(loader.scan(dataset, { splits: ['train', 'none'] })).rejects.toThrow(
      /Split "none" has no usable sample/,
    );
  });

  it('goes on without a cache folder that cannot be written, with one notice', async () => {
    const folder = writeNumbers(10);
    const { loader, dataset, notices } = await open(
      makeProject(folder, { data: { cache: 'data/manifest.jsonl' } }),
      state,
    );
    expect((await loader.scan(dataset)).counts.quarantined).toBe(0);
    expect(notices).toHaveLength(1);
  });
});
