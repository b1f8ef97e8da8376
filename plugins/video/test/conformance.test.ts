import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conformance } from '@modalkit/conformance';
import { describe, test } from 'vitest';
import { type VideoOptions, video } from '../src/index.js';
import { greyFilm } from './film.js';

const folder = await mkdtemp(join(tmpdir(), 'modalkit-video-'));
const films = [
  ['a.mp4', 2, '40*N+X'],
  ['b.mp4', 4, '200-40*N+Y'],
  ['c.mp4', 3, 'mod(X*Y+30*N,255)'],
] as const;
await Promise.all(films.map(([name, frames, grey]) => greyFilm(join(folder, name), '48x32', 5, frames, grey)));

const options = {
  ...{ size: [4, 6], patch: 2, channels: 1, policy: 'fps', fps: 5, maxFrames: 8 },
  ...{ width: 8, layers: 1, heads: 2 },
} as const satisfies VideoOptions;

conformance({
  runner: { describe, test },
  plugin: video(options),
  folder,
  samples: films.map(([name]) => name),
  wrongOptions: [{ size: 0 }, { policy: 'some' }],
  worker: { module: new URL('../dist/index.js', import.meta.url), factory: 'video', options: [options] },
});
