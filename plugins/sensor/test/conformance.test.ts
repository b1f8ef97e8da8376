import { conformance } from '@modalkit/conformance';
import { describe, test } from 'vitest';
import { type SensorOptions, sensor } from '../src/index.js';
import { noise, steps } from './series.js';

const series = (count: number, seed: number) => ({ times: steps(count, 0.1), values: noise(count, seed) });
const recording = (count: number, seed: number) => ({
  channels: { x: series(count, seed), y: series(count, seed + 100) },
});
const live = recording(20, 7);
const times = Float64Array.from(live.channels.x.times);

const plain: SensorOptions = {
  ...{ channels: { x: { rate: 10 }, y: { rate: 10 } }, window: 0.4, chunk: 2, augment: { noise: 0.1 } },
  ...{ width: 8, layers: 1, heads: 2 },
};

for (const options of [plain, { ...plain, encoder: 'spectrum', frame: 3, hop: 1 } as const])
  conformance({
    runner: { describe, test },
    plugin: sensor(options),
    samples: [recording(12, 1), recording(24, 2), recording(17, 3)],
    wrongOptions: [
      { channels: ['x'], rate: 10, window: 0.05 },
      { channels: ['x', 'x'], rate: 10, window: 1 },
      { ...plain, encoder: 'spectrum', frame: 9 },
    ],
    worker: { module: new URL('../dist/index.js', import.meta.url), factory: 'sensor', options: [options] },
    live: {
      sample: live,
      events: [0, 3, 11].map((from, at, cuts) => {
        const part = <T extends { slice(from: number, to?: number): T }>(all: T) => all.slice(from, cuts[at + 1]);
        const [own, x, y] = [part(times), part(live.channels.x.values), part(live.channels.y.values)];
        return {
          kind: 'data',
          value: {
            times: own,
            sequence: own,
            device: own,
            channels: { x: Float32Array.from(x), y: Float32Array.from(y) },
          },
          time: [own[0]!, own.at(-1)!],
          arrived: own.at(-1)!,
        };
      }),
    },
  });
