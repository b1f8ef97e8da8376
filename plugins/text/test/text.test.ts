import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isPlugin } from '@modalkit/contract';
import { createTestModel, gradientsByName, numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { text } from '../src/index.js';
import { repeated } from './corpus.js';
import { adapterOf, batch, build, hostContext, rounded, run } from './harness.js';
import { tf } from './tf.js';

describe('options', () => {
  test('defaults need nothing; the adapter states them all', () => {
    expect(isPlugin(text())).toBe(true);
    expect(adapterOf(text()).options).toEqual({
      tokenizer: 'bpe',
      vocabulary: 4000,
      maxTokens: 128,
      maxCharacters: 20_000,
      width: 64,
      layers: 2,
      heads: 4,
      positions: 'learnable',
      hides: 'mask',
    });
  });

  test.each([
    [{ vocab: 300 }, 'Unrecognized key: "vocab"'],
    [
      { tokenizer: 'sentencepiece' },
      'tokenizer: expected "bpe", "wordpiece" or { file: "tokenizer.json" } (received "sentencepiece")',
    ],
    [{ width: 10, heads: 4 }, 'heads: expected a divisor of the width (received 4)'],
    [{ maxTokens: 2 }, 'maxTokens: '],
    [{ positions: 'rotary' }, 'positions: '],
    [{ hides: 'roberta' }, 'hides: '],
  ])('%j is refused by name', (options, message) => {
    expect(() => text(options as never)).toThrow(message);
    expect(() => text(options as never)).toThrow(expect.objectContaining({ code: 'OPTIONS' }));
  });

  test('the input whose weights are used is told to core', () => {
    expect(adapterOf(text({ share: 'question' })).share).toBe('question');
  });

  test('an unknown key is answered with the known ones', () => {
    expect(() => text({ vocab: 300 } as never)).toThrow(/known: .*vocabulary/);
  });
});

describe('samples', () => {
  const messages = (sample: unknown) =>
    (adapterOf(text()).sample['~standard'].validate(sample) as { issues?: { message: string }[] }).issues?.map(
      (issue) => issue.message,
    );

  test('text that is empty, too long or no string is one clear error', () => {
    expect(messages('数字七')).toBeUndefined();
    expect(messages('')).toEqual(['the text is empty; write some, or leave the input out']);
    expect(messages(' \n\t')).toEqual(['the text is empty; write some, or leave the input out']);
    expect(messages('x'.repeat(100_000))).toEqual([
      'the text has 100000 characters; shorten it to 20000 or raise maxCharacters',
    ]);
    expect(messages(7)).toEqual(['expected a string']);
  });

  test('begins, ends and is cut with the end kept', async () => {
    const { adapter, host } = await build({ maxTokens: 8 });
    const short = await adapter.prepare('七', host);
    expect([short[0], short.at(-1), adapter.length!(short)]).toEqual([1, 2, short.length]);
    const long = await adapter.prepare('this is the number seven, again and again', host);
    expect([long.length, long[0], long.at(-1)]).toEqual([8, 1, 2]);
    expect('this is the number seven, again and again'.startsWith(await adapter.decode!(long, host))).toBe(true);
  });

  test('preview and command-line arguments are the text itself', async () => {
    const { adapter, host } = await build();
    expect(await adapter.preview!('数字七', host)).toEqual({ kind: 'words', text: '数字七' });
    expect([adapter.accepts!('a seven'), adapter.accepts!(' ')]).toEqual(['a seven', undefined]);
  });

  test('collates ids, validity and order; an absent row is all zeros', async () => {
    const { adapter, host } = await build();
    const arrays = adapter.collate([Int32Array.of(1, 9, 2), undefined], { batch: 2, length: 4 }, host);
    expect([...arrays.ids!.data]).toEqual([1, 9, 2, 0, 0, 0, 0, 0]);
    expect([...arrays.valid.data]).toEqual([1, 1, 1, 0, 0, 0, 0, 0]);
    expect([...arrays.order!.data]).toEqual([0, 1, 2, 0, 0, 0, 0, 0]);
    expect([arrays.ids!.shape, arrays.valid.dtype, arrays.order!.dtype]).toEqual([[2, 4], 'bool', 'int32']);
  });
});

describe('a tokenizer.json', () => {
  const content = {
    version: '1.0',
    added_tokens: [
      { id: 0, content: '<unk>', special: true },
      { id: 5, content: '<user>', special: false },
    ],
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: null,
    decoder: null,
    model: {
      type: 'WordPiece',
      unk_token: '<unk>',
      continuing_subword_prefix: '##',
      vocab: { '<unk>': 0, seven: 1, 数字: 2, '##七': 3, a: 4 },
    },
  };

  async function file(value: string) {
    const path = join(await mkdtemp(join(tmpdir(), 'text-')), '分词 tokenizer.json');
    await writeFile(path, value);
    return path;
  }

  test('is used as it is, by path or URL, and kept in the state', async () => {
    const path = await file(JSON.stringify(content));
    for (const name of [path, pathToFileURL(path).href]) {
      const adapter = adapterOf(text({ tokenizer: { file: name } }));
      const state = await adapter.fit!(repeated([]), hostContext(undefined));
      // 4 special ids before the file's 6: every id is raised by 4.
      expect(state.classes).toBe(10);
      expect(JSON.parse(state.tokenizer)).toEqual(content);
      const ids = await adapter.prepare('<user> a seven 数字七 eight', hostContext(state));
      expect([...ids]).toEqual([1, 9, 8, 5, 6, 7, 4, 2]);
      expect(await adapter.decode!(Int32Array.of(1, 8, 5, 6, 2, 9, 99), hostContext(state))).toBe('a seven 数字');
    }
  });

  test('that is missing, no JSON or no tokenizer is one clear error', async () => {
    const fit = (name: string) =>
      adapterOf(text({ tokenizer: { file: name } })).fit!(repeated([]), hostContext(undefined));
    for (const path of ['/nowhere/tokenizer.json', await file('{'), await file('{}'), await file('null')]) {
      const error = expect.objectContaining({
        code: 'OPTIONS',
        message: expect.stringContaining(`tokenizer.file: ${path} cannot be used`),
      });
      await expect(fit(path)).rejects.toEqual(error);
    }
  });
});

describe('inside the step', () => {
  test('shapes, targets and positions', async () => {
    const built = await build();
    const out = run(built, await batch(built, ['数字七', 'the digit seven'], 20));
    expect([out.values.shape, out.pooled.shape, out.target!.dtype]).toEqual([[2, 20, 6], [2, 6], 'int32']);
    expect(rounded(out.position.order!)[0].slice(0, 3)).toEqual([0, 1, 2]);
  });

  test('a padded batch equals the unpadded one, and an absent row is zeros', async () => {
    const built = await build();
    const { length } = await built.adapter.prepare('数字七', built.host);
    const alone = run(built, await batch(built, ['数字七'], length));
    const padded = run(built, await batch(built, ['the digit seven', undefined, '数字七'], 20));
    expect(rounded(tf.slice(padded.values, [2, 0, 0], [1, length, 6]))).toEqual(rounded(alone.values));
    expect(rounded(tf.slice(padded.pooled, [2, 0], [1, 6]))).toEqual(rounded(alone.pooled));
    expect(rounded(padded.pooled)[1]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(rounded(tf.max(tf.abs(tf.slice(padded.values, [1, 0, 0], [1, 20, 6]))))).toBe(0);
  });

  test('what lies under a hidden or invalid token changes no output; under a visible one it does', async () => {
    const built = await build();
    const arrays = await batch(built, ['the digit seven'], 12);
    const count = rounded(arrays.valid)[0].filter(Boolean).length;
    const hidden = tf.tensor([[0, 0, 1, 1, ...new Array(8).fill(0)]], [1, 12], 'bool');
    const changed = (at: number) => {
      const ids = rounded(arrays.ids!) as number[][];
      ids[0]![at] = 77;
      return rounded(run(built, { ...arrays, ids: tf.tensor(ids, [1, 12], 'int32') }, hidden).values);
    };
    expect(count).toBeLessThan(11);
    const expected = rounded(run(built, arrays, hidden).values);
    expect([changed(2), changed(11)]).toEqual([expected, expected]);
    expect(changed(1)).not.toEqual(expected);
    expect(rounded(run(built, arrays).values)).not.toEqual(expected);
  });

  test('as BERT: of hidden tokens 80 % are the mask token, 10 % any other, 10 % stay; nothing else changes', async () => {
    // Ids as angles in a plane that the last normalisation keeps: which one stands at a token can be read off its output.
    const built = await build({ hides: 'bert', layers: 0, maxTokens: 512 });
    const { adapter, state } = built;
    expect(adapter.supports.showsHidden).toBe(true);
    const turn = (2 * Math.PI) / state.classes;
    const rowOf = (id: number) => {
      const [x, y] = [Math.cos(id * turn) / Math.sqrt(2), Math.sin(id * turn) / Math.sqrt(6)];
      return [x + y, y - x, -2 * y, 0];
    };
    const idOf = ([a, b, c]: number[]) => {
      const angle = Math.atan2((-c! * Math.sqrt(6)) / 2, (a! - b!) / Math.sqrt(2));
      return (Math.round(angle / turn) + state.classes) % state.classes;
    };
    const row = Array.from({ length: 500 }, (_, at) => 5 + (at % 3));
    const ids = tf.tensor([row, row, row], [3, 500], 'int32');
    const valid = tf.tensor([row, row, row.map((_, at) => Number(at < 250))], [3, 500], 'bool');
    const hidden = tf.tensor([row, row.map(() => 0), row.map((_, at) => Number(at < 250))], [3, 500], 'bool');
    const shown = (training: boolean) => {
      const { init, step, weights } = createTestModel({ tf, state, training, width: 6 });
      adapter.init(init);
      weights.get('embedding')!.assign(tf.tensor2d(Array.from({ length: state.classes }, (_, id) => rowOf(id))));
      weights.get('positions')!.assign(tf.zeros([512, 4]));
      const order = tf.zerosLike(ids);
      const { values, target } = adapter.encode({ ids, valid, order }, { hidden }, step);
      expect(rounded(target!)).toEqual(rounded(ids));
      return (rounded(values) as number[][][]).map((tokens) => tokens.map(idOf));
    };
    const [all, none, half] = shown(true) as [number[], number[], number[]];
    const share = (is: (id: number, at: number) => boolean) => all.filter(is).length / 500;
    const [mask, same] = [share((id) => id === 3), share((id, at) => id === row[at])];
    // Four standard errors of 0.8 and of 0.1 in 500 are 0.07 and 0.054; a random token is the own one at 1 in 296.
    expect(Math.abs(mask - 0.8)).toBeLessThan(0.07);
    expect(Math.abs(same - 0.1)).toBeLessThan(0.054);
    expect(Math.abs(1 - mask - same - 0.1)).toBeLessThan(0.054);
    const others = all.filter((id, at) => id !== 3 && id !== row[at]);
    expect(Math.min(...others)).toBeGreaterThan(3);
    expect(Math.max(...others)).toBeLessThan(state.classes);
    expect(new Set(others).size).toBeGreaterThan(others.length / 2);
    expect(none).toEqual(row);
    expect(half.slice(250).every((id) => id === 0)).toBe(true);
    expect(shown(true)).toEqual([all, none, half]);
    expect(shown(false)[0]!.every((id) => id === 3)).toBe(true);
  });

  test('mask hides valid tokens only', async () => {
    const { adapter, step, ...rest } = await build();
    const arrays = await batch({ adapter, step, ...rest }, ['七', undefined], 12);
    const layout = { valid: arrays.valid, position: { order: arrays.order! } };
    for (const policy of [
      { kind: 'random', ratio: 1 },
      { kind: 'span', ratio: 1, span: 2 },
      { kind: 'drop', ratio: 1 },
    ] as const)
      expect(rounded(adapter.mask(layout, policy, step))).toEqual(rounded(arrays.valid));
  });

  test.each(['learnable', 'sincos'] as const)('with %s positions the order of tokens matters', async (positions) => {
    const built = await build({ positions });
    const [ab, ba] = await batch(built, ['零一', '一零'], 10).then((arrays) => rounded(run(built, arrays).pooled));
    expect(ab).not.toEqual(ba);
    expect(built.weights.get('positions')!.trainable).toBe(positions === 'learnable');
  });

  test('gradients are right, and every weight has one', async () => {
    const built = await build();
    const arrays = await batch(built, ['the digit seven', '数字七', undefined], 12);
    // Embeddings begin at 0.02, where the first normalisation is far from linear over a delta: bring them to about 1.
    for (const name of ['embedding', 'positions'])
      built.weights.get(name)!.assign(tf.mul(built.weights.get(name)!, 50));
    const hidden = tf.tensor(
      [[0, 0, 1, ...new Array(9).fill(0)], ...Array(2).fill(new Array(12).fill(0))],
      [3, 12],
      'bool',
    );
    const direction = tf.randomNormal([3, 6], 0, 1, 'float32', 5);
    const loss = () => tf.sum(tf.mul(tf.sin(run(built, arrays, hidden).pooled), direction));
    expect([...gradientsByName(tf, built.weights, loss).keys()]).toEqual([...built.weights.keys()]);
    expect(numericGradientCheck(tf, built.weights, loss, { entries: 6 }).compared).toBeGreaterThan(60);
  });

  test('as a target: scores are products with the embedded classes', async () => {
    const { adapter, state, step } = await build();
    const target = adapter.target!;
    if (target.kind !== 'classes') throw new Error('text predicts classes');
    expect([target.classes(state), target.begin, target.end]).toEqual([state.classes, 1, 2]);
    const embedded = target.embed(tf.tensor([[5, 9]], [1, 2], 'int32'), step);
    expect(embedded.shape).toEqual([1, 2, 6]);
    const scores = target.score(embedded, step);
    expect(scores.shape).toEqual([1, 2, state.classes]);
    // score(embed(a))[b] = embed(a) . embed(b), so it is symmetric.
    expect(rounded(scores)[0][0][9]).toBeCloseTo(rounded(scores)[0][1][5], 5);
    const [a, b] = rounded(embedded)[0] as [number[], number[]];
    expect(rounded(scores)[0][0][9]).toBeCloseTo(
      a.reduce((sum, value, i) => sum + value * b[i]!, 0),
      5,
    );
  });
});
