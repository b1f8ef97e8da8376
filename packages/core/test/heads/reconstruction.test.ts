import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FusedView, HEAD, type InputView, type Tensor } from '@modalkit/contract';
import { hostNormal, hostRandom } from '@modalkit/toolkit';
import { createTestModel } from '@modalkit/toolkit/testing';
import { expect, test } from 'vitest';
import { type ReconstructionOptions, reconstruction } from '../../src/heads/index.js';
import { detection } from '../../src/metrics/index.js';
import { maskedModelling } from '../../src/objectives/index.js';
import { forward } from '../../src/train/forward.js';
import { train } from '../../src/train/train.js';
import { batchOf, memory, plain, project, sample, testModel } from '../fixtures/test-project.js';
import { partOf } from '../fusion/part-of.js';
import { tf } from '../fusion/tf.js';
import { scoredSeries } from '../objectives/scored-series.js';

const numbers = (tensor: Tensor) => [...tensor.dataSync<'float32'>()];

function predict(options: Partial<ReconstructionOptions>, view: Partial<InputView>) {
  const head = partOf(reconstruction({ input: 'front', normalise: false, ...options }), HEAD, 'heads/health');
  const { init, step } = createTestModel({ tf, state: undefined, width: 1, training: false });
  head.init(init, {});
  const hiding: number[][] = [];
  const hide: FusedView['hide'] = (_, hidden) => {
    const rows = hidden(view.valid!);
    hiding.push(numbers(rows));
    return { ...view, hidden: rows } as InputView;
  };
  const { score, logits } = head.predict({ inputs: { front: view }, hide } as never, step);
  return { score, logits, hiding };
}

const VIEW: Partial<InputView> = {
  values: tf.zeros([2, 3, 1]),
  valid: tf.tensor2d([1, 1, 0, 1, 1, 1], [2, 3], 'bool'),
  present: tf.tensor1d([1, 1], 'bool'),
  target: tf.tensor3d([1, 2, 9, 1, 2, 3], [2, 3, 1]),
  scorer: { kind: 'values', score: (tokens: Tensor) => tokens },
};

test('the score is the mean error of valid tokens, each hidden once', () => {
  // 0 is predicted of (1, 2) and of (1, 2, 3): (1 + 4) / 2 and (1 + 4 + 9) / 3.
  const { score, logits, hiding } = predict({}, VIEW);
  expect(numbers(score!)[0]).toBeCloseTo(2.5, 6);
  expect(numbers(score!)[1]).toBeCloseTo(14 / 3, 6);
  expect(numbers(logits!)[1]).toBeCloseTo(Math.log(2.5), 5);
  expect(hiding).toEqual([
    [1, 0, 0, 1, 0, 1],
    [0, 1, 0, 0, 1, 0],
  ]);
  expect(predict({ passes: 3 }, VIEW).hiding.map((rows) => rows.slice(3))).toEqual([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
});

test('of classes it is the mean of -ln p', () => {
  const scores = tf.tensor3d([Math.log(3), 0, 0, Math.log(3)], [1, 2, 2]);
  const view = { ...VIEW, valid: tf.tensor2d([[1, 1]], undefined, 'bool'), present: tf.tensor1d([1], 'bool') };
  const target = tf.tensor2d([[0, 0]], undefined, 'int32');
  const { score } = predict({}, { ...view, target, scorer: { kind: 'classes', score: () => scores } });
  // -(ln 3/4 + ln 1/4) / 2
  expect(numbers(score!)[0]).toBeCloseTo(0.836988, 5);
});

test('a sample without the input is not an alarm; an input without a target is refused', () => {
  const { score } = predict({}, { ...VIEW, present: tf.tensor1d([0, 1], 'bool') });
  expect(numbers(score!)[0]).toBe(0);
  expect(() => predict({}, { ...VIEW, target: undefined })).toThrow(/tokens of "front" carry no target; name an input/);
});

test('nothing of a hidden token reaches what is predicted of it', async () => {
  const heads = { health: reconstruction({ input: 'left', normalise: false, passes: 4 }) };
  const objectives = { masked: maskedModelling({ input: 'left', normalise: false }) };
  const masking = { left: { kind: 'random', ratio: 0.5 } } as const;
  const model = await testModel(project({ inputs: { left: scoredSeries() }, masking, heads, objectives }));
  const errorsOf = async (last: number) => {
    const batch = await batchOf(model, [sample('a', { left: [1, 2, 3, last] })]);
    const view = forward(model, batch, { training: false });
    const { values, scorer } = view.hide!('left', (valid) =>
      tf.logicalAnd(valid, tf.tensor2d([[0, 0, 0, 1]], undefined, 'bool')),
    );
    return { predicted: numbers(scorer!.score(values))[3], score: numbers(view.outputs['health/score']!)[0] };
  };
  const [four, nine] = [await errorsOf(4), await errorsOf(9)];
  expect(nine.predicted).toBe(four.predicted);
  expect(nine.score).not.toBe(four.score);
});

test('a sample has the score that it has alone, whatever stands beside it', async () => {
  const heads = { health: reconstruction({ input: 'left', normalise: false }) };
  const objectives = { masked: maskedModelling({ input: 'left', normalise: false }) };
  const masking = { left: { kind: 'random', ratio: 0.5 } } as const;
  const inputs = { left: scoredSeries(), right: scoredSeries() };
  const model = await testModel(project({ inputs, masking, heads, objectives }));
  const samples = [{ right: [1] }, { left: [1, 2, 5] }, { right: [2] }, { left: [3] }].map((own, at) =>
    sample(`${at}`, own),
  );
  const scoresOf = async (some: typeof samples) =>
    numbers(forward(model, await batchOf(model, some), { training: false }).outputs['health/score']!);
  const [first, second, third, fourth] = await scoresOf(samples);
  expect([first, third]).toEqual([0, 0]);
  expect(second).toBeGreaterThan(0);
  expect(second).toBeCloseTo((await scoresOf([samples[1]!]))[0]!, 5);
  expect(fourth).toBeCloseTo((await scoresOf([samples[3]!]))[0]!, 5);
});

test('what a model of normal samples cannot predict is found, though each of its numbers is a usual one', async () => {
  const random = hostRandom(11, 0, 'samples');
  const draw = (purpose: string, at: number) => hostNormal(random, purpose, at);
  const samples = Array.from({ length: 160 }, (_, row) => {
    const split = row < 60 ? 'train' : row < 100 ? 'held' : 'test';
    const faulty = row >= 140;
    const left = Array.from({ length: 4 }, (_, at) => (faulty ? draw('own', 4 * row + at) : draw('all', row)));
    return { id: `s${row}`, split, inputs: { left }, targets: { health: faulty ? 'loose' : 'normal' } };
  });
  const calibrate = { split: 'held', falseAlarms: 0.05 };
  const runtime = project({
    inputs: { left: scoredSeries() },
    masking: { left: { kind: 'random', ratio: 0.5 } },
    heads: { health: reconstruction({ input: 'left', normalise: false, calibrate }) },
    objectives: { masked: maskedModelling({ input: 'left', normalise: false }) },
    metrics: { health: detection({ head: 'health' }) },
    data: { source: memory(samples), batch: 20, workers: 0, cache: false },
    train: { steps: 40, learningRate: 0.04, evaluateEvery: false },
  });
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-reconstruction-'));
  try {
    const { evaluation } = await train({ runtime, backend: plain, folder });
    expect(evaluation!.values['auroc/health']!.value).toBeGreaterThan(0.9);
    expect(evaluation!.values['falseAlarmRate/health']!.value).toBeLessThan(0.2);
  } finally {
    await rm(folder, { recursive: true });
  }
});
