import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend, Tensor } from '@modalkit/contract';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { findNative } from '../../src/install-native.js';
import { selectBackend } from '../../src/select-backend.js';

const native = await findNative();
const isRoot = process.getuid?.() === 0;

describe.runIf(native)('captured graphs that are kept', () => {
  let backend: Backend;
  let cache: string;
  let notices: string[];
  let recordings: number;
  beforeAll(async () => {
    backend = await selectBackend();
  });
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'modalkit-graphs-'));
    vi.stubEnv('MODALKIT_CACHE', cache);
    notices = [];
    recordings = 0;
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(cache, { recursive: true, force: true });
  });

  /** The sum of x and a constant by a program made anew, as another start would. */
  function start(identity: string | undefined, values: number[], constant = 1) {
    const { tf } = backend;
    const run = ({ x }: { x: Tensor }) => {
      recordings += 1;
      return { sum: tf.sum(tf.add(x, constant)) };
    };
    const program = { name: 'trial', identity, constants: () => ({}), run };
    const ready = backend.capture!(program, (sentence) => notices.push(sentence));
    const sum = ready.run({ x: tf.tensor1d(values) }).sum.dataSync()[0];
    const { kept } = ready.info().graphs[0]!;
    ready.dispose();
    return { sum, kept };
  }
  /** What the inputs are called decides what is computed of them; 10 a + b. */
  function weigh(inputs: { readonly a?: number; readonly b?: number }) {
    const { tf } = backend;
    const run = ({ a = tf.scalar(0), b = tf.scalar(0) }: { a?: Tensor; b?: Tensor }) => ({
      sum: tf.add(tf.mul(a, 10), b),
    });
    const program = { name: 'trial', identity: 'a', constants: () => ({}), run };
    const ready = backend.capture!(program, (sentence) => notices.push(sentence));
    const tensors = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, tf.scalar(value)]));
    const sum = ready.run(tensors).sum.dataSync()[0];
    ready.dispose();
    return sum;
  }
  const kept = () => readdirSync(join(cache, 'graphs'));
  /** Root ignores the modes of files. */
  const asNobody = (run: () => void) => {
    if (isRoot) process.seteuid!(65_534);
    try {
      run();
    } finally {
      if (isRoot) process.seteuid!(0);
    }
  };

  test('a second start records nothing; other code, other shapes or no identity do', () => {
    expect(start('a', [1, 2])).toEqual({ sum: 5, kept: false });
    expect(recordings).toBe(2);
    expect(start('a', [3, 4])).toEqual({ sum: 9, kept: true });
    expect(recordings).toBe(2);
    expect(start('b', [3, 4], 2)).toEqual({ sum: 11, kept: false });
    expect(start('a', [1, 2, 3])).toEqual({ sum: 9, kept: false });
    expect(start(undefined, [1, 2]).kept).toBe(false);
    expect(recordings).toBe(8);
    expect(kept().length).toBe(3);
    expect(notices).toEqual([]);
  });

  test('inputs of the same shapes by other names, or in another order, are another graph', () => {
    expect([weigh({ a: 1, b: 2 }), weigh({ b: 2, a: 1 }), weigh({ a: 3 }), weigh({ b: 3 })]).toEqual([12, 12, 30, 3]);
    expect(weigh({ a: 4, b: 5 })).toBe(45);
    expect(kept().length).toBe(4);
    expect(notices).toEqual([]);
  });

  test.each([
    ['its graph', 'saved_model.pb', 'Const'],
    ['what is said of it', 'graph.json', 'feed0'],
  ])('%s altered: refused in one sentence, recorded anew, and right', (_, name, word) => {
    start('a', [1, 2]);
    const file = join(cache, 'graphs', kept()[0]!, name);
    const bytes = readFileSync(file);
    const at = bytes.indexOf(word);
    expect(at).toBeGreaterThanOrEqual(0);
    bytes[at]! ^= 1;
    writeFileSync(file, bytes);
    expect(start('a', [1, 2])).toEqual({ sum: 5, kept: false });
    expect(notices).toEqual([
      expect.stringMatching(/^\S+: this captured graph is not as it was written; it is refused/),
    ]);
    expect(start('a', [1, 2])).toEqual({ sum: 5, kept: true });
  });

  test('cut short or lacking a file: refused too', () => {
    start('a', [1, 2]);
    const folder = join(cache, 'graphs', kept()[0]!);
    writeFileSync(join(folder, 'graph.json'), '{"feeds": [');
    expect(start('a', [1, 2]).sum).toBe(5);
    rmSync(join(folder, 'saved_model.pb'));
    expect(start('a', [1, 2]).sum).toBe(5);
    expect(notices.length).toBe(2);
  });

  test('a file more beside it, which TensorFlow might read too: refused as well', () => {
    start('a', [1, 2]);
    writeFileSync(join(cache, 'graphs', kept()[0]!, 'saved_model.cpb'), 'not ours');
    expect(start('a', [1, 2])).toEqual({ sum: 5, kept: false });
    expect(notices).toEqual([expect.stringContaining('is not as it was written')]);
    expect(start('a', [1, 2])).toEqual({ sum: 5, kept: true });
  });

  test('a graph of another program in its place: refused, never its numbers', () => {
    start('a', [1, 2]);
    const [mine] = kept();
    start('b', [1, 2], 2);
    const other = kept().find((name) => name !== mine)!;
    cpSync(join(cache, 'graphs', other), join(cache, 'graphs', mine!), { recursive: true });
    expect(start('a', [1, 2])).toEqual({ sum: 5, kept: false });
    expect(notices).toEqual([expect.stringContaining('is not as it was written')]);
  });

  test('a read-only cache of somebody else: nothing is kept, what is there is read, all is right', () => {
    start('a', [1, 2]);
    for (const folder of [cache, join(cache, 'graphs'), join(cache, 'graphs', kept()[0]!)]) chmodSync(folder, 0o555);
    asNobody(() => {
      expect(() => writeFileSync(join(cache, 'graphs', 'trial'), '')).toThrow('EACCES');
      expect(start('a', [1, 2])).toEqual({ sum: 5, kept: true });
      for (let again = 0; again < 2; again++) expect(start('b', [1, 2], 2)).toEqual({ sum: 7, kept: false });
    });
    expect(kept().length).toBe(1);
    expect(notices).toEqual([]);
  });

  test('an altered graph in a read-only cache: refused at each start, and right', () => {
    start('a', [1, 2]);
    const folder = join(cache, 'graphs', kept()[0]!);
    writeFileSync(join(folder, 'saved_model.pb'), 'altered');
    chmodSync(folder, 0o555);
    chmodSync(join(cache, 'graphs'), 0o555);
    asNobody(() => {
      for (let again = 0; again < 2; again++) expect(start('a', [1, 2])).toEqual({ sum: 5, kept: false });
    });
    expect(notices.length).toBe(2);
  });

  test('a full cache: nothing half-written is kept, all is right', ({ skip }) => {
    const graphs = join(cache, 'graphs');
    mkdirSync(graphs);
    const options = ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', graphs];
    if (!isRoot || spawnSync('mount', options).status !== 0) return skip('a tmpfs cannot be mounted here');
    try {
      for (let again = 0; again < 2; again++) expect(start('a', [1, 2])).toEqual({ sum: 5, kept: false });
      expect(kept()).toEqual([]);
      expect(notices).toEqual([]);
    } finally {
      spawnSync('umount', [graphs]);
    }
  });

  test('a cache that cannot be written: nothing is kept, all is right', () => {
    writeFileSync(join(cache, 'graphs'), 'a file where the folder should be');
    expect(start('a', [1, 2])).toEqual({ sum: 5, kept: false });
    expect(start('a', [1, 2])).toEqual({ sum: 5, kept: false });
    vi.stubEnv('MODALKIT_CACHE', '/proc/no/such/place');
    expect(start('a', [1, 2])).toEqual({ sum: 5, kept: false });
    expect(notices).toEqual([]);
  });

  test('nowhere to write at all: operation by operation, and it says why', () => {
    const locked = join(cache, 'locked');
    mkdirSync(locked);
    chmodSync(locked, 0o500);
    vi.stubEnv('TMPDIR', join(locked, 'absent'));
    const { tf } = backend;
    const ready = backend.capture!(
      { name: 'trial', constants: () => ({}), run: ({ x }: { x: Tensor }) => ({ sum: tf.sum(x) }) },
      (sentence) => notices.push(sentence),
    );
    expect(ready.run({ x: tf.tensor1d([1, 2]) }).sum.dataSync()[0]).toBe(3);
    expect(notices).toEqual([
      expect.stringMatching(/^The trial runs operation by operation, which is slower: .*ENOENT/),
    ]);
  });

  test('no more than 200 are kept', () => {
    mkdirSync(join(cache, 'graphs'));
    for (let index = 0; index < 205; index++) mkdirSync(join(cache, 'graphs', `old-${index}`));
    start('a', [1, 2]);
    expect(kept().length).toBe(200);
    expect(start('a', [1, 2]).kept).toBe(true);
  });
});
