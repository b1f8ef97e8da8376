import { HEAD, type InputView, type ModelView, type Plugin, type Tensor } from '@modalkit/contract';
import { createTestModel, gradientsByName, numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { boxTarget, type LocateOptions, locate } from '../../src/heads/index.js';
import { boxRegression, type GroundingOptions, grounding } from '../../src/objectives/index.js';
import { regionsInBox } from '../../src/objectives/regions-in-box.js';
import { noise } from '../fusion/fusion-batch.js';
import { partOf } from '../fusion/part-of.js';
import { tf } from '../fusion/tf.js';
import { objectiveModel } from './objective-model.js';

const softplus = (x: number) => Math.log1p(Math.exp(x));
const bools = (flags: number[]) => tf.tensor1d(flags, 'bool');
/** Four quarters of the picture, row by row. */
const QUARTERS = [
  [0, 0, 0.5, 0.5],
  [0.5, 0, 1, 0.5],
  [0, 0.5, 0.5, 1],
  [0.5, 0.5, 1, 1],
];
const LEFT = [0, 0, 0.5, 1];
const TOP_RIGHT = [0.6, 0.1, 0.9, 0.4];

interface Parts {
  readonly regions: Tensor;
  readonly phrase: Tensor;
  readonly boxes: (number[] | null)[];
  readonly seen?: number[];
  readonly said?: number[];
  readonly valid?: number[][];
  readonly fused?: ModelView['fused'];
}

function view({ regions, phrase, boxes, seen, said, valid, fused }: Parts): ModelView {
  const rows = boxes.length;
  const ones = boxes.map(() => 1);
  const flags = tf.tensor2d(valid ?? boxes.map(() => [1, 1, 1, 1]), [rows, 4], 'bool');
  const box = tf.tile(tf.tensor3d([QUARTERS]), [rows, 1, 1]);
  const picture: InputView = {
    values: regions,
    valid: flags,
    hidden: tf.zerosLike(flags),
    pooled: tf.mean(regions, 1),
    present: bools(seen ?? ones),
    position: { box },
  };
  const one = tf.ones([rows, 1], 'bool');
  const words: InputView = {
    values: tf.expandDims(phrase, 1),
    valid: one,
    hidden: tf.zerosLike(one),
    pooled: phrase,
    present: bools(said ?? ones),
    position: {},
  };
  const values = tf.tensor2d(boxes.map((row) => row ?? [0, 0, 0, 0]));
  const place = { values, valid: bools(boxes.map((row) => Number(row !== null))) };
  return { inputs: { picture, words }, outputs: {}, targets: { place }, fused };
}

/** A head that locates, and an objective that reads it. */
function locating(plugin: Plugin, from: LocateOptions['from'] = 'input', width = 2) {
  const head = partOf(locate({ regions: 'picture', phrase: 'words', from }), HEAD, 'heads/place');
  const model = createTestModel({ tf, state: undefined, width });
  head.init(model.init, {});
  const outputs = (view: ModelView) =>
    Object.fromEntries(
      Object.entries(head.predict(view, model.step)).map(([name, tensor]) => [`place/${name}`, tensor]),
    );
  const made = objectiveModel(plugin);
  const seen = (view: ModelView): ModelView => ({ ...view, outputs: outputs(view) });
  return {
    head,
    objective: made.objective,
    weights: new Map([...model.weights, ...made.weights]),
    outputs,
    terms: (view: ModelView) => made.terms(seen(view)),
    measure: (view: ModelView) => made.measure(seen(view)),
    total: (view: ModelView) => made.total(seen(view)),
  };
}

function model(loss: GroundingOptions['loss'] = 'contrast', from?: LocateOptions['from']) {
  const made = locating(grounding({ head: 'place', loss }), from);
  made.weights.get('logitScale')!.assign(tf.scalar(Math.log(2)));
  made.weights.get('logitBias')?.assign(tf.scalar(-1));
  return made;
}

/** Cosines with the phrase (1, 0): 1, 0, 0, -1. */
const regions = tf.tensor3d([
  [
    [2, 0],
    [0, 3],
    [0, 1],
    [-1, 0],
  ],
]);
const phrase = tf.tensor2d([[5, 0]]);

describe('grounding', () => {
  test('contrast: softplus of every region less those in the box, by their number', () => {
    // s = 2, b = -1: z = 1, -1, -1, -3. In the left half: the first and the third.
    const { measure, objective } = model();
    const found = measure(view({ regions, phrase, boxes: [LEFT] }));
    const all = softplus(1) + 2 * softplus(-1) + softplus(-3);
    expect(found.contrast!.sum).toBeCloseTo((all - (1 - 1)) / 2, 5);
    expect(found.contrast!.count).toBe(1);
    expect(found.pointing).toEqual({ sum: 1, count: 1 });
    expect(objective).toMatchObject({ heads: ['place'], acrossBatch: false });
  });

  test('attention: -ln of what lies in the box', () => {
    // s = 2: logits 2, 0, 0, -2. In the top right: only the second, e^0 / (e^2 + 1 + 1 + e^-2).
    const { measure, weights } = model('attention');
    const found = measure(view({ regions, phrase, boxes: [TOP_RIGHT] }));
    expect(found.attention!.sum).toBeCloseTo(Math.log(Math.exp(2) + 2 + Math.exp(-2)), 5);
    expect(found.pointing).toEqual({ sum: 0, count: 1 });
    expect(weights.has('logitBias')).toBe(false);
  });

  test.each(['contrast', 'attention'] as const)('%s: invalid regions count nowhere', (loss) => {
    const { measure } = model(loss);
    const cut = measure(view({ regions, phrase, boxes: [LEFT], valid: [[1, 1, 1, 0]] }))[loss]!.sum;
    const whole = measure(view({ regions, phrase, boxes: [LEFT] }))[loss]!.sum;
    const [z, gone] = [Math.exp(2) + 2, Math.exp(-2)];
    expect(whole - cut).toBeCloseTo(loss === 'contrast' ? softplus(-3) / 2 : Math.log((z + gone) / z), 5);
  });

  test.each(['contrast', 'attention'] as const)('%s: without picture, phrase or box it adds 0, no NaN', (loss) => {
    const { measure, terms } = model(loss);
    const x = tf.variable(noise('x', [3, 4, 2]));
    const none = () =>
      view({ regions: x, phrase: noise('y', [3, 2]), boxes: [LEFT, LEFT, null], seen: [0, 1, 1], said: [1, 0, 1] });
    expect(measure(none())).toEqual({ [loss]: { sum: 0, count: 0 }, pointing: { sum: 0, count: 0 } });
    const gradients = gradientsByName(tf, new Map([['x', x]]), () => terms(none())[loss]!.sum);
    expect([...gradients.get('x')!].map(Math.abs)).toEqual(new Array(24).fill(0));
  });

  test.each(['contrast', 'attention'] as const)('%s: gradients equal central differences', (loss) => {
    const { total, weights } = model(loss);
    const variables = new Map([
      ...[...weights].filter(([name]) => !name.startsWith('box/')),
      ['x', tf.variable(noise('x', [2, 4, 2]))],
      ['y', tf.variable(noise('y', [2, 2]))],
    ]);
    const run = () =>
      total(view({ regions: variables.get('x')!, phrase: variables.get('y')!, boxes: [LEFT, TOP_RIGHT] }));
    expect(numericGradientCheck(tf, variables, run, { entries: 12 }).compared).toBeGreaterThan(12);
  });

  test('from fused tokens: the regions’ and the phrase’s own there, or what there is where the fusion keeps none', () => {
    const { measure, head } = model('attention', 'fused');
    expect(head).toMatchObject({ needsFusion: true, inputs: ['picture', 'words'] });
    // An absence token before each input; the fused phrase points to the last region, the aligned one to the first.
    const values = tf.concat(
      [
        tf.zeros([1, 1, 2]),
        regions,
        tf.tensor3d([
          [
            [9, 9],
            [-1, 0],
          ],
        ]),
      ],
      1,
    );
    const valid = tf.tensor2d([[0, 1, 1, 1, 1, 0, 1]], [1, 7], 'bool');
    const spans = { picture: { start: 0, end: 5 }, words: { start: 5, end: 7 } };
    const zeros = tf.zerosLike(regions);
    const first = [0, 0, 0.5, 0.5];
    const of = (some: object) =>
      measure(view({ regions: zeros, phrase, boxes: [first], fused: { values, valid, spans: some } as never }));
    const all = Math.exp(2) + 2 + Math.exp(-2);
    expect(of(spans).attention!.sum).toBeCloseTo(Math.log(all) + 2, 5);
    expect(of({ picture: spans.picture }).attention!.sum).toBeCloseTo(Math.log(all) - 2, 5);
    // Where it keeps no regions (late fusion), the fused vector is compared with the regions' own tokens.
    const fused = { values, valid, spans: { joint: { start: 0, end: 1 } }, pooled: tf.tensor2d([[-3, 0]]) } as never;
    expect(measure(view({ regions, phrase, boxes: [first], fused })).attention!.sum).toBeCloseTo(Math.log(all) + 2, 5);
  });

  test('one input for both, regions without boxes, a negative temperature, another head: each is one sentence', () => {
    const options = { regions: 'words', phrase: 'picture' };
    expect(() => locate({ ...options, phrase: 'words' })).toThrow('two different inputs');
    expect(() => locate({ ...options, temperature: -0.1 })).toThrow('temperature: expected a temperature');
    const batch = view({ regions, phrase, boxes: [LEFT] });
    const turned = partOf(locate(options), HEAD, 'heads/place');
    expect(() => turned.predict(batch, createTestModel({ tf, state: undefined }).step)).toThrow(
      '"words" carry no boxes',
    );
    expect(() => objectiveModel(grounding({ head: 'place' })).measure(batch)).toThrow('name a `locate` head');
    expect(() => objectiveModel(boxRegression({ head: 'place' })).measure(batch)).toThrow('name a `locate` head');
  });
});

describe('the box of a locate head', () => {
  /** Whose attention is all on the first quarter, and whose layer says the given numbers before the sigmoid. */
  function placed(said: number[], right: number[]) {
    const made = locating(boxRegression({ head: 'place', l1: 1, giou: 1 }));
    made.weights.get('logitScale')!.assign(tf.scalar(Math.log(100)));
    made.weights.get('box/kernel')!.assign(tf.zeros([2, 4]));
    made.weights.get('box/bias')!.assign(tf.tensor1d(said));
    const batch = view({ regions, phrase, boxes: [right] });
    return { outputs: made.outputs(batch), found: made.measure(batch) };
  }

  test('lies around what is attended to: size by the layer, cut at the edges', () => {
    // sigmoid(0) = 1/2: no offset, half the picture wide, around (1/4, 1/4).
    const { outputs, found } = placed([0, 0, 0, 0], [0, 0, 0.5, 1]);
    for (const [at, edge] of [0, 0, 0.5, 0.5].entries())
      expect(outputs['place/box']!.dataSync()[at]).toBeCloseTo(edge, 5);
    expect([...outputs['place/point']!.dataSync()]).toEqual([0.25, 0.25]);
    expect(outputs['place/attention']!.dataSync()[0]).toBeCloseTo(1, 5);
    // Half of the right box is overlapped and nothing else: IoU = GIoU = 1/2, the lower edge is 1/2 off.
    expect(found.iou!.sum).toBeCloseTo(0.5, 5);
    expect(found.giou!.sum).toBeCloseTo(0.5, 5);
    expect(found.l1!.sum).toBeCloseTo(0.5, 5);
  });

  test('apart from the right one: GIoU tells how far', () => {
    // [0, 0, 1/2, 1/2] and [1/2, 1/2, 1, 1]: nothing in common, half of what is around them is empty: GIoU = -1/2.
    const { found } = placed([0, 0, 0, 0], [0.5, 0.5, 1, 1]);
    expect(found.iou!.sum).toBeCloseTo(0, 5);
    expect(found.giou!.sum).toBeCloseTo(1.5, 5);
  });

  test('gradients equal central differences; without picture, phrase or box it adds 0', () => {
    const made = locating(boxRegression({ head: 'place' }));
    const x = tf.variable(noise('x', [2, 4, 2]));
    const run = () =>
      made.total(
        view({
          regions: x,
          phrase: noise('y', [2, 2]),
          boxes: [
            [0.05, 0.1, 0.4, 0.9],
            [0.5, 0.3, 0.9, 0.8],
          ],
        }),
      );
    expect(
      numericGradientCheck(tf, new Map([...made.weights, ['x', x]]), run, { entries: 12 }).compared,
    ).toBeGreaterThan(6);
    const none = view({ regions: x, phrase: noise('y', [2, 2]), boxes: [LEFT, null], seen: [0, 1] });
    const zero = { sum: 0, count: 0 };
    expect(made.measure(none)).toEqual({ l1: zero, giou: zero, iou: zero });
  });
});

test('a box that holds no centre means the nearest region, and is never pointed into', () => {
  const box = tf.tensor3d([QUARTERS]);
  const small = tf.tensor2d([[0.3, 0.55, 0.4, 0.6]]);
  const { inside, meant } = regionsInBox(tf, box, tf.ones([1, 4], 'bool'), small);
  expect([[...inside.dataSync()], [...meant.dataSync()]]).toEqual([
    [0, 0, 0, 0],
    [0, 0, 1, 0],
  ]);
  const without = regionsInBox(tf, box, tf.tensor2d([[1, 1, 0, 1]], [1, 4], 'bool'), small);
  expect([...without.meant.dataSync()]).toEqual([1, 0, 0, 0]);
});

test('boxes that are none are told in one sentence', () => {
  const { schema, collate } = boxTarget();
  const problems = (value: unknown) =>
    (schema['~standard'].validate(value) as { issues?: { message: string }[] }).issues?.map(({ message }) => message);
  expect(problems([0, 0, 1, 1])).toBeUndefined();
  const outside = [expect.stringMatching(/^the box reaches outside the picture; expected a box \[left, top, right/)];
  for (const box of [
    [-0.1, 0, 1, 1],
    [0, 0, 1.2, 1],
    [10, 20, 50, 60],
    [0.2, 0, -3, 1],
  ])
    expect(problems(box)).toEqual(outside);
  for (const box of [
    [0.5, 0, 0.5, 1],
    [0, 0.7, 1, 0.2],
  ])
    expect(problems(box)).toEqual([expect.stringMatching(/^the box is empty/)]);
  for (const value of [[0, 0, 1], 'left', { left: 0 }, [0, 0, 1, Number.NaN]]) expect(problems(value)).toHaveLength(1);
  expect([...collate([undefined, [0, 0.25, 0.5, 1]]).data]).toEqual([0, 0, 0, 0, 0, 0.25, 0.5, 1]);
});
