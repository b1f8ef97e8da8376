import { conformance } from '@modalkit/conformance';
import { describe, test } from 'vitest';
import { audio } from '../src/index.js';
import { noise, tone } from './sounds.js';

const RATE = 8000;
const options = {
  rate: RATE,
  mels: 8,
  floor: -6,
  standardise: 'whisper',
  width: 8,
  layers: 1,
  heads: 2,
  chunk: { seconds: 0.32, overlap: 0.16 },
  augment: { gain: 6 },
} as const;
const sound = (seconds: number, hertz: number) =>
  tone(hertz, RATE, seconds).map((value, at) => value + 0.1 * noise(1, at)[0]!);
const samples = [0.2, 0.37, 0.3].map((seconds, at) => ({ samples: sound(seconds, 300 + 200 * at), rate: RATE }));
const live = sound(0.63, 440);

conformance({
  runner: { describe, test },
  plugin: audio(options),
  samples,
  wrongOptions: [{ rate: 0 }, { encoder: 'wavenet' }],
  worker: { module: new URL('../dist/index.js', import.meta.url), factory: 'audio', options: [options] },
  live: {
    sample: { samples: live, rate: RATE },
    events: [0, 700, 3000].map((from, at, cuts) => ({
      kind: 'data',
      value: { samples: live.subarray(from, cuts[at + 1]), rate: RATE },
      time: [from / RATE, (cuts[at + 1] ?? live.length) / RATE],
      arrived: 1,
    })),
  },
});
