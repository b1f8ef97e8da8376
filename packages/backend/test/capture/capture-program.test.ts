import type { Backend, Program, ReadyProgram, Tensor } from '@modalkit/contract';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findNative } from '../../src/install-native.js';
import type { NativeKernels } from '../../src/native-kernels.js';
import { selectBackend } from '../../src/select-backend.js';

const native = await findNative();

interface Batch {
  readonly x: Tensor;
  readonly columns?: Readonly<Record<string, Tensor>>;
}
type Sums = { readonly sum: Tensor };

describe.runIf(native)('a program of the native backend', () => {
  let backend: Backend;
  let notices: string[];
  beforeAll(async () => {
    backend = await selectBackend();
  });
  beforeEach(() => {
    notices = [];
  });
  const { tf } = { tf: () => backend.tf };
  const ready = (program: Partial<Program<Batch, Sums>> & Pick<Program<Batch, Sums>, 'run'>) =>
    backend.capture!({ name: 'trial', constants: () => ({}), ...program }, (sentence) => notices.push(sentence));
  const rows = (...values: number[]): Batch => ({ x: tf().tensor1d(values) });
  const sumOf = (program: ReadyProgram<Batch, Sums>, inputs: Batch) => program.run(inputs).sum.dataSync()[0];

  test('runs as a graph: the program itself is run for its recording alone', () => {
    let calls = 0;
    const program = ready({
      run: ({ x }) => {
        calls += 1;
        return { sum: tf().sum(tf().add(tf().square(x), 1)) };
      },
    });
    expect(sumOf(program, rows(1, 2, 3))).toBe(17);
    expect(calls).toBe(2);
    expect(sumOf(program, rows(0, 0, 2))).toBe(7);
    expect(calls).toBe(2);
    const info = program.info();
    expect(info).toMatchObject({ mode: 'captured', graphs: [{ runs: 2 }] });
    expect(info.graphs[0]!.nodes).toBeGreaterThan(3);
    expect(notices).toEqual([]);
    program.dispose();
  });

  test('takes inputs of which a part is empty, such as the columns of samples that have none', () => {
    const program = ready({
      run: ({ x, columns }) => ({ sum: tf().add(tf().sum(x), Object.keys(columns!).length) }),
    });
    expect(sumOf(program, { ...rows(1, 2), columns: {} })).toBe(3);
    expect(notices).toEqual([]);
    expect(program.info().mode).toBe('captured');
    program.dispose();
  });

  test('makes a graph for each shape, and lets go of the one used longest ago', () => {
    const program = ready({ run: ({ x }) => ({ sum: tf().sum(x) }) });
    for (let length = 1; length <= 26; length++) {
      expect(sumOf(program, { x: tf().ones([length]) })).toBe(length);
      expect(sumOf(program, { x: tf().ones([1]) })).toBe(1);
    }
    const { graphs } = program.info();
    expect(graphs.length).toBe(24);
    expect(Math.max(...graphs.map(({ runs }) => runs))).toBeGreaterThan(20);
    program.dispose();
  });

  test('memory that runs out is no reason to go on operation by operation', () => {
    const fourth = (x: Tensor, n = x.size) => tf().tile(tf().reshape(x, [n, 1, 1]), [1, n * n, n]);
    const program = ready({ run: ({ x }) => ({ sum: tf().sum(fourth(x)) }) });
    // 2^60 numbers are more than a process can address.
    expect(() => program.run({ x: tf().ones([2 ** 15]) })).toThrow('OOM when allocating');
    expect(sumOf(program, { x: tf().ones([3]) })).toBe(81);
    expect([program.info().mode, notices]).toEqual(['captured', []]);
    program.dispose();
  });

  test('shapes that keep changing: operation by operation, and it says so once', () => {
    const program = ready({ run: ({ x }) => ({ sum: tf().sum(x) }) });
    for (let length = 1; length <= 60; length++) expect(sumOf(program, { x: tf().ones([length]) })).toBe(length);
    expect(notices).toEqual([
      'The trial runs operation by operation, which is slower: its shapes are more than 24 and keep changing.',
    ]);
    expect(program.info()).toMatchObject({ mode: 'eager', graphs: [] });
  });

  test('keeps state: what a run writes the next one reads, and the recording leaves no trace', () => {
    let total = tf().keep(tf().scalar(10));
    const replace = (next: Tensor) => {
      total.dispose();
      total = tf().keep(next) as never;
    };
    const program = ready({
      run: ({ x }) => {
        const sum = tf().sum(x);
        replace(tf().add(total, sum));
        return { sum };
      },
      state: { read: () => ({ total }), write: (next) => replace((next as { total: Tensor }).total) },
    });
    for (const expected of [13, 16]) {
      sumOf(program, rows(1, 2));
      expect(total.dataSync()[0]).toBe(expected);
    }
    program.dispose();
  });

  test('reads constants as they are at each run', () => {
    let factor = tf().scalar(2);
    const program = ready({
      run: ({ x }) => ({ sum: tf().sum(tf().mul(x, factor)) }),
      constants: () => ({ factor }),
    });
    expect(sumOf(program, rows(1, 2))).toBe(6);
    factor = tf().scalar(5);
    expect(sumOf(program, rows(1, 2))).toBe(15);
    program.dispose();
  });

  test('a result that is an input, or a constant, comes out as it is', () => {
    const program = backend.capture!(
      { name: 'trial', constants: () => ({}), run: ({ x }: Batch) => ({ x: tf().clone(x), one: tf().scalar(1) }) },
      (sentence) => notices.push(sentence),
    );
    const { x, one } = program.run(rows(4, 5));
    expect([...x.dataSync(), ...one.dataSync()]).toEqual([4, 5, 1]);
    expect(notices).toEqual([]);
  });

  /** With what two runs on [1, 2] give, where that is told. */
  test.each<[string, string, number[] | undefined, (batch: Batch) => Sums]>([
    [
      'reads a tensor on the host',
      'it reads a tensor on the host',
      [2, 4],
      ({ x }) => ({ sum: tf().mul(x, 2 * x.dataSync()[0]!) }),
    ],
    [
      'draws numbers in JavaScript',
      'a constant of Mul changes from run to run: numbers drawn or counted in JavaScript',
      undefined,
      ({ x }) => ({ sum: tf().mul(x, Math.random()) }),
    ],
    [
      'catches what a read throws',
      'it reads a tensor on the host',
      [3],
      ({ x }) => {
        try {
          x.dataSync();
        } catch {}
        return { sum: tf().sum(x) };
      },
    ],
    [
      'runs an operation whose types a graph cannot tell',
      'TensorFlow does not take its graph',
      [2],
      ({ x }) => {
        const kernels = tf().backend() as unknown as NativeKernels;
        return { sum: kernels.executeSingleOutput('Shape', [], [x]) as Tensor };
      },
    ],
  ])('a program that %s runs operation by operation, and it says why', (_, reason, values, run) => {
    const program = ready({ run });
    const before = tf().memory().numTensors;
    const batch = rows(1, 2);
    const results = [program.run(batch), program.run(batch)];
    expect(results[1]!.sum.shape).toEqual(results[0]!.sum.shape);
    for (const { sum } of values ? results : []) expect([...sum.dataSync()]).toEqual(values);
    expect(notices.length).toBe(1);
    expect(notices[0]).toContain(`The trial runs operation by operation, which is slower: ${reason}`);
    expect(program.info().mode).toBe('eager');
    tf().dispose([batch as never, results as never]);
    expect(tf().memory().numTensors).toBeLessThanOrEqual(before + 6);
  });

  test('a graph that TensorFlow takes but does not run: operation by operation, on the state as it was', () => {
    let total = tf().keep(tf().scalar(10));
    // How many numbers differ follows from values, and in a recording large tensors are zeros.
    const different = (x: Tensor) => {
      const kernels = tf().backend() as unknown as NativeKernels;
      const { TF_ATTR_TYPE: type, TF_FLOAT, TF_INT32 } = kernels.binding;
      const attributes = (types: object) => Object.entries(types).map(([name, value]) => ({ name, type, value }));
      const types = attributes({ T: TF_FLOAT, out_idx: TF_INT32 });
      const found = kernels.executeMultipleOutputs('Unique', types, [x], 2)[0]!;
      const size = tf().tensor1d(found.shape, 'int32');
      // TensorFlow's optimiser takes away a reshape.
      return kernels.executeSingleOutput('BroadcastTo', attributes({ T: TF_FLOAT, Tidx: TF_INT32 }), [
        found,
        size,
      ]) as Tensor;
    };
    const program = ready({
      run: ({ x }) => {
        const sum = tf().sum(different(tf().add(x, 1)));
        const next = tf().keep(tf().add(total, sum));
        total.dispose();
        total = next as never;
        return { sum };
      },
      state: { read: () => ({ total }), write: (next) => (total = (next as { total: typeof total }).total) },
    });
    const inputs = { x: tf().mod(tf().range(0, 4096), 3) };
    for (const expected of [16, 22]) {
      expect(sumOf(program, inputs)).toBe(6);
      expect(total.dataSync()[0]).toBe(expected);
    }
    expect(notices).toEqual([
      expect.stringMatching(
        /^The trial runs operation by operation, which is slower: TensorFlow does not run its graph \(.*\)\.$/,
      ),
    ]);
    expect(program.info()).toMatchObject({ mode: 'eager', graphs: [] });
  });

  test('a reason that is a sentence ends with one period', () => {
    let runs = 0;
    const program = ready({
      run: ({ x }) => {
        if (runs++ === 0) throw new Error('series: no rows yet.');
        return { sum: tf().sum(x) };
      },
    });
    expect(sumOf(program, rows(1, 2))).toBe(3);
    expect(notices).toEqual(['The trial runs operation by operation, which is slower: series: no rows yet.']);
  });

  test('what the program throws comes out, and its state is as it was', () => {
    const total = tf().keep(tf().scalar(10));
    let written: object | undefined;
    const program = ready({
      run: () => {
        throw new Error('a bad adapter');
      },
      state: { read: () => ({ total }), write: (next) => (written = next) },
    });
    expect(() => program.run(rows(1))).toThrow('a bad adapter');
    expect((written as { total: Tensor }).total.dataSync()[0]).toBe(10);
  });

  test('a recording holds next to no memory, however many tensors the program makes', () => {
    const MIB = 2 ** 20;
    const chain = ({ x }: Batch): Sums => {
      let most = 0;
      let y = x;
      for (let index = 0; index < 100; index++) {
        y = tf().add(y, index);
        most = Math.max(most, process.memoryUsage.rss());
      }
      peak = Math.max(peak, most);
      return { sum: tf().sum(y) };
    };
    let peak = 0;
    const inputs = { x: tf().ones([MIB]) };
    const start = process.memoryUsage.rss();
    const program = ready({ run: (batch) => tf().tidy(() => chain(batch)) });
    expect(sumOf(program, inputs)).toBe(MIB * 4950 + MIB);
    const recorded = (peak - start) / MIB;
    peak = 0;
    tf().tidy(() => chain(inputs));
    expect((peak - start) / MIB).toBeGreaterThan(350);
    expect(recorded).toBeLessThan(100);
    program.dispose();
  });
});
