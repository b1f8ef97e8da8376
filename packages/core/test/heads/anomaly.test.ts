import { type FusedView, HEAD, type Sample, type Tensor } from '@modalkit/contract';
import { hostNormal, hostRandom } from '@modalkit/toolkit';
import { createTestModel } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { alarmThreshold, falseAlarmShare, samplesFor } from '../../src/heads/alarm-threshold.js';
import { type AnomalyOptions, anomaly } from '../../src/heads/anomaly.js';
import { whiteningOf } from '../../src/heads/whitening.js';
import { partOf } from '../fusion/part-of.js';
import { tf } from '../fusion/tf.js';

const WIDTH = 4;

function model(options: AnomalyOptions) {
  const head = partOf(anomaly(options), HEAD, 'heads/health');
  const { init, step, weights } = createTestModel({ tf, state: undefined, width: WIDTH, training: false });
  head.init(init, {});
  const set = (name: string, values: ArrayLike<number>) =>
    weights.get(name)!.assign(tf.tensor(Float32Array.from(values), weights.get(name)!.shape));
  const predict = (rows: number[][], present = rows.map(() => 1)) => {
    const pooled = tf.tensor2d(rows);
    const input = { pooled, present: tf.tensor1d(present, 'bool') };
    const view = { inputs: { front: input }, fused: { pooled } } as unknown as FusedView;
    return head.predict(view, step);
  };
  const fit = (at: number, rows: Float32Array, width: number, samples: Sample[]) => {
    for (const [name, values] of Object.entries(head.fits![at]!.measure(rows, width, samples, 'heads/health')))
      set(name, values);
  };
  return { head, set, predict, fit, weights };
}

const numbers = (tensor: Tensor) => [...tensor.dataSync<'float32'>()];
const labelled = (labels: (string | undefined)[]): Sample[] =>
  labels.map((health, at) => ({ id: `${at}`, inputs: { front: 1 }, targets: { health } }));

describe('distance', () => {
  test('whitening of four points by hand', () => {
    // S = diag(8/4, 2/4), m = 1.25, |S|^2 = 4.25, d = 4.25 - 2 1.25^2 = 1.125; |x|^4 sum to 16 + 16 + 1 + 1 = 34,
    // b = (34 - 4 4.25) / 16 = 1.0625, r = 17/18: variances (17 1.25 + 2) / 18 and (17 1.25 + 0.5) / 18; mean (5, 0).
    const { mean, whiten, shrinkage } = whiteningOf(Float32Array.of(7, 0, 3, 0, 5, 1, 5, -1), 2)!;
    expect([...mean]).toEqual([5, 0]);
    expect(shrinkage).toBeCloseTo(17 / 18, 12);
    expect(whiten[0]).toBeCloseTo(Math.sqrt(18 / 23.25), 6);
    expect([whiten[1], whiten[2]]).toEqual([0, 0]);
    expect(whiten[3]).toBeCloseTo(Math.sqrt(18 / 21.75), 6);
    expect(whiteningOf(Float32Array.of(1, 2, 1, 2), 2)).toBeUndefined();
  });

  test('vectors that hang together come to covariance 1', () => {
    const random = hostRandom(1, 0, 'vectors');
    const rows = Float32Array.from({ length: 3 * 4000 }, (_, at) => hostNormal(random, 'value', at));
    for (let row = 0; row < 4000; row++) {
      rows[3 * row + 1] = 0.8 * rows[3 * row]! + 0.1 * rows[3 * row + 1]!;
      rows[3 * row + 2] = 7 + 5 * rows[3 * row + 2]! - rows[3 * row]!;
    }
    const { mean, whiten } = whiteningOf(rows, 3)!;
    const white = tf.matMul(tf.sub(tf.tensor2d(rows, [4000, 3]), tf.tensor1d(mean)), tf.tensor2d(whiten, [3, 3]));
    const covariance = numbers(tf.div(tf.matMul(white as never, white as never, true), 4000));
    expect(Math.abs(covariance[8]! - 1)).toBeLessThan(0.01);
    for (const at of [1, 2, 5]) expect(Math.abs(covariance[at]!)).toBeLessThan(0.05);
  });

  test('to the mean: |u| / sqrt(D), as a class by the threshold', () => {
    const { predict, set } = model({ by: 'mahalanobis' });
    set('mean', [1, 0, 0, 0]);
    set('threshold', [0.5]);
    // u = (3, 4, 0, 0): 5 / 2; at twice the threshold of 1/2, ln 5.
    const { score, logits } = predict([[4, 4, 0, 0]]);
    expect(numbers(score!)[0]).toBeCloseTo(2.5, 6);
    expect(numbers(logits!)[0]).toBe(0);
    expect(numbers(logits!)[1]).toBeCloseTo(Math.log(5), 6);
  });

  test('to the nearest: the mean of the two nearest of three, places that nobody took never among them', () => {
    const { predict, set } = model({ neighbours: 2, bank: 4 });
    set('bank', [0, 0, 0, 0, 3, 0, 0, 0, 9, 0, 0, 0, 1e4, 1e4, 1e4, 1e4]);
    // u = (1, 0, 0, 0): 1 and 2 away, 1.5 / 2.
    expect(numbers(predict([[1, 0, 0, 0]]).score!)[0]).toBeCloseTo(0.75, 5);
  });

  test('a sample without the input is not an alarm', () => {
    const { predict } = model({ by: 'mahalanobis', from: 'front' });
    const { score, logits } = predict(
      [
        [9, 9, 9, 9],
        [0, 0, 0, 0],
      ],
      [1, 0],
    );
    expect(numbers(score!)).toEqual([9, 0]);
    expect(numbers(logits!)[3]).toBeLessThan(-15);
  });

  test('only normal samples make the statistics, those without a label among them', () => {
    const { fit, weights } = model({ by: 'mahalanobis' });
    const rows = Float32Array.from([1, 0, 0, 0, 3, 0, 0, 0, 99, 99, 99, 99]);
    fit(0, rows, WIDTH, labelled(['normal', undefined, 'bearing']));
    expect(numbers(weights.get('mean')! as never)).toEqual([2, 0, 0, 0]);
  });
});

describe('several inputs', () => {
  const both = (options: AnomalyOptions = {}) => {
    const built = model({ by: 'mahalanobis', from: ['front', 'rear'], ...options });
    const { step } = createTestModel({ tf, state: undefined, width: WIDTH, training: false });
    const context = { ...step, weight: (name: string) => built.weights.get(name)! as never };
    const predict = (front: number[][], rear: number[][], present: [number, number][]) => {
      const input = (rows: number[][], at: 0 | 1) => ({
        pooled: tf.tensor2d(rows),
        present: tf.tensor1d(
          present.map((each) => each[at]),
          'bool',
        ),
      });
      const view = { inputs: { front: input(front, 0), rear: input(rear, 1) } } as unknown as FusedView;
      return built.head.predict(view, context);
    };
    return { ...built, predict };
  };

  test('the root mean square of the distances of those that are there', () => {
    const { predict, set } = both();
    set('rear/mean', [1, 0, 0, 0]);
    // Distances 6 / 2 and (9 - 1) / 2: sqrt((9 + 16) / 2), 3, 4, and nothing is no alarm.
    const rows = (row: number[]) => [row, row, row, row];
    const there: [number, number][] = [
      [1, 1],
      [1, 0],
      [0, 1],
      [0, 0],
    ];
    const { score, logits, ...apart } = predict(rows([6, 0, 0, 0]), rows([9, 0, 0, 0]), there);
    numbers(score!).forEach((value, at) => {
      expect(value).toBeCloseTo([Math.sqrt(12.5), 3, 4, 0][at]!, 5);
    });
    expect(numbers(logits!)[7]).toBeLessThan(-15);
    expect(numbers(apart['distance/front']!)).toEqual([3, 3, 0, 0]);
    expect(numbers(apart['distance/rear']!)).toEqual([4, 0, 4, 0]);
  });

  test('each has statistics of its own, of the samples that have it', () => {
    const { fit, weights } = both();
    const sample = (inputs: Sample['inputs'], at: number): Sample => ({ id: `${at}`, inputs, targets: {} });
    const samples = [{ front: 1, rear: 1 }, { front: 1, rear: 1 }, { front: 1 }].map(sample);
    const rows = [
      [1, 0, 0, 0, 5, 0, 0, 0],
      [3, 0, 0, 0, 9, 0, 0, 0],
      [8, 0, 0, 0, 99, 99, 99, 99],
    ];
    const half = (from: number) => Float32Array.from(rows.flatMap((row) => row.slice(from, from + WIDTH)));
    fit(0, half(0), WIDTH, samples);
    fit(1, half(WIDTH), WIDTH, samples);
    expect(numbers(weights.get('front/mean')! as never)).toEqual([4, 0, 0, 0]);
    expect(numbers(weights.get('rear/mean')! as never)).toEqual([7, 0, 0, 0]);
  });

  test('one is enough to be asked; an input of which there are too few samples is named', () => {
    const { head } = both();
    expect(head).toMatchObject({ inputs: ['front', 'rear'], anyInput: true, needsFusion: true });
    expect(() => head.fits![1]!.check!(labelled(['normal', 'normal']), 'heads/health')).toThrow(
      /heads\/health: the training split has 0 normal samples with input "rear", at least 2 are needed/,
    );
    expect(() => anomaly({ from: ['front', 'front'] })).toThrow(/each input is named once/);
    expect(() => anomaly({ from: ['front', 'fused'] })).toThrow(/"fused" stands alone/);
  });
});

describe('values', () => {
  test('the mean of the targets of tokens that are there, of a width of their own', () => {
    const head = partOf(anomaly({ by: 'mahalanobis', from: 'front', of: 'values' }), HEAD, 'heads/health');
    const { init, step } = createTestModel({ tf, state: undefined, width: WIDTH, training: false });
    head.init(init, {}, { front: 2 });
    const target = tf.tensor3d([
      [
        [1, 2],
        [5, 6],
        [99, 99],
      ],
    ]);
    const front = { target, valid: tf.tensor2d([[1, 1, 0]], [1, 3], 'bool'), present: tf.tensor1d([1], 'bool') };
    const { vector, score } = head.predict({ inputs: { front } } as unknown as FusedView, step);
    expect(numbers(vector!)).toEqual([3, 4]);
    // 5 / sqrt(2)
    expect(numbers(score!)[0]).toBeCloseTo(5 / Math.SQRT2, 5);
    const { init: fresh } = createTestModel({ tf, state: undefined, width: WIDTH, training: false });
    expect(() => head.init(fresh, {}, {})).toThrow(/"front" has no values that are predicted/);
    expect(() => anomaly({ of: 'values' })).toThrow(/of the fused tokens there are no values/);
  });
});

describe('calibration', () => {
  test('by hand', () => {
    const scores = Float32Array.from([9, 1, 8, 2, 7, 3, 6, 4, 5]);
    // Of 9 scores, ceil(10 0.8) = the 8th, ceil(10 0.9) = the 9th.
    expect([alarmThreshold(scores, 0.2), alarmThreshold(scores, 0.1)]).toEqual([8, 9]);
    expect([0.1, 0.001, 0.3].map(samplesFor)).toEqual([9, 999, 3]);
    // A window every 2 s is 1800 an hour.
    expect(samplesFor(falseAlarmShare({ perHour: 1, every: 2 }))).toBe(1799);
  });

  test.each(['nearest', 'mahalanobis'] as const)(
    '%s: the measured rate is within a factor of 2 of the asked one',
    (by) => {
      const { fit, predict } = model({ by, bank: 200, calibrate: { split: 'held', falseAlarms: 0.02 } });
      const random = hostRandom(3, 0, by);
      const draw = (purpose: string, count: number) =>
        Array.from({ length: count }, (_, row) =>
          Array.from({ length: WIDTH }, (_, at) => hostNormal(random, purpose, row * WIDTH + at) ** 3),
        );
      const normal = (count: number) => labelled(Array(count).fill('normal'));
      fit(0, Float32Array.from(draw('train', 400).flat()), WIDTH, normal(400));
      fit(1, Float32Array.from(numbers(predict(draw('held', 2000)).score!)), 1, normal(2000));
      const alarms = numbers(predict(draw('new', 5000)).logits!).filter(
        (logit, at) => at % 2 === 1 && logit > 0,
      ).length;
      expect(alarms / 5000).toBeGreaterThan(0.01);
      expect(alarms / 5000).toBeLessThan(0.04);
    },
  );

  test('refuses what cannot hold the rate, with the number that could', () => {
    const { head } = model({ calibrate: { split: 'held', falseAlarms: { perHour: 1, every: 36 } } });
    const check = (labels: (string | undefined)[]) => () => head.fits![1]!.check!(labelled(labels), 'heads/health');
    expect(check(Array(98).fill('normal'))).toThrow(
      /heads\/health: split "held" has 98 normal samples, and a false-alarm rate of 0.01 of the samples needs at least 99; add samples whose column "health" is "normal" or empty/,
    );
    expect(check(Array(99).fill(undefined))).not.toThrow();
    expect(check(Array(200).fill('bearing'))).toThrow(/split "held" has no normal sample to calibrate on/);
    expect(() => head.fits![0]!.check!(labelled(['normal', 'bearing']), 'heads/health')).toThrow(
      /the training split has 1 normal samples, at least 4 are needed/,
    );
    expect(() => anomaly({ calibrate: { split: 'held', falseAlarms: { perHour: 100, every: 60 } } })).toThrow(
      /more false alarms than there are samples/,
    );
  });

  test('a model whose vectors are all one is refused', () => {
    const { fit } = model({});
    expect(() => fit(0, new Float32Array(40).fill(2), WIDTH, labelled(Array(10).fill('normal')))).toThrow(
      /heads\/health: all normal samples have one and the same vector/,
    );
  });
});
