import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { liveSource as soundSource } from '@modalkit/audio';
import { composeSources } from '@modalkit/core';
import { liveSource as serialSource } from '@modalkit/sensor';
import { liveSource as frameSource } from '@modalkit/video';

/** Seconds of the recording. */
export const MINUTE = 60;

/** Below this folder, so that a project's imports of `@modalkit/*` resolve. */
const TEMPORARY = fileURLToPath(new URL('../.tmp', import.meta.url));
const BIN = fileURLToPath(new URL('../../../packages/cli/bin.mjs', import.meta.url));
const [RATE, SOUND_RATE, FPS, SIZE] = [200, 8000, 5, 32];
const ADDRESS = `made?format=csv&channels=x:${RATE},y:${RATE},z:${RATE}`;

const CONFIG = `import { audio } from '@modalkit/audio';
import { classify, crossEntropy, defineConfig, jsonl, late } from '@modalkit/core';
import { sensor } from '@modalkit/sensor';
import { video } from '@modalkit/video';

const channels = { x: { rate: ${RATE} }, y: { rate: ${RATE} }, z: { rate: ${RATE} } };
const small = { width: 32, layers: 2, heads: 4 };
const motion = () => sensor({ channels, window: 0.25, chunk: 4, encoder: 'spectrum', ...small });

export default defineConfig({
  inputs: {
    front: motion(),
    rear: motion(),
    sound: audio({ rate: ${SOUND_RATE}, mels: 32, floor: -6, chunk: { seconds: 0.96, overlap: 0.32 }, ...small }),
    view: video({ size: ${SIZE}, policy: 'fps', fps: ${FPS}, window: 1, maxFrames: 16, patch: 8, ...small }),
  },
  space: { width: 32 },
  fusion: late(),
  heads: { state: classify({ classes: ['normal', 'loud'] }) },
  objectives: { state: crossEntropy({ head: 'state' }) },
  data: { source: jsonl({ path: 'windows.jsonl' }), batch: 8, workers: 0 },
  train: { steps: 10, learningRate: 0.01 },
});
`;

/** A trained run of four inputs, and a minute's recording of their streams, half of it loud. */
export async function liveProject() {
  const folder = join(TEMPORARY, randomUUID().slice(0, 8));
  const [recording, held, run] = ['rec', 'held', 'run'].map((name) => join(folder, name));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const { sources, dispose } = sourcesOf();
    for (const each of [recording, held]) await record(each, sources);
    await writeFile(join(folder, 'modalkit.config.mjs'), CONFIG);
    const cut = ['--length', '2', '--stride', '1', '--target', 'state', '--label-rule', 'majority'];
    const split = ['--group', 'machine', '--hold', `test=${held}`];
    await modalkit(['slice', recording, held, '--out', join(folder, 'windows.jsonl'), ...cut, ...split]);
    await modalkit(['train', folder, '--run', run, '--no-report']);
    const files = Object.entries(sources).map(([name, source]) => [
      name,
      { source, file: join(recording, `${name}.${source.extension}`) },
    ]);
    return {
      ...{ folder, run },
      feeds: () => Object.fromEntries(files),
      remove: async () => {
        await dispose();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

function sourcesOf() {
  return composeSources({
    front: serialSource(ADDRESS),
    rear: serialSource(ADDRESS),
    sound: soundSource(`test:sine?rate=${SOUND_RATE}`),
    view: frameSource(`test:testsrc2?size=${SIZE}&fps=${FPS}`),
  });
}

const loud = (second) => (second >= MINUTE / 2 ? 3 : 1);
const noise = (at) => Math.sin(12.9898 * at) * 0.3;

/** As `modalkit record` leaves it, made by the sources' own recorders. */
async function record(folder, sources) {
  await mkdir(folder, { recursive: true });
  const streams = [];
  for (const [name, source] of Object.entries(sources)) {
    const file = `${name}.${source.extension}`;
    const recorder = await source.record(join(folder, file), 0);
    let events = 0;
    for (let second = 0; second < MINUTE; second += 0.2, events++)
      await recorder.write({ kind: 'data', arrived: second, ...eventOf(name, second) });
    await recorder.close();
    const { id, address, options } = source;
    streams.push({
      name,
      plugin: id,
      address,
      by: 'address',
      options,
      file,
      origin: 0,
      events,
      counters: {},
      gaps: [],
    });
  }
  const about = { format: 'modalkit-recording', version: 2, started: '2026-03-01T10:00:00.000Z', state: 'finished' };
  const known = streams.map((stream) => ({ ...stream, known: [0, MINUTE] }));
  await writeFile(
    join(folder, 'recording.json'),
    JSON.stringify({ ...about, seconds: MINUTE, machine: folder, streams: known }),
  );
  const labels = [
    { start: 0, end: MINUTE / 2, label: 'normal', source: 'made' },
    { start: MINUTE / 2, end: MINUTE, label: 'loud', source: 'made' },
  ];
  await writeFile(join(folder, 'labels.jsonl'), labels.map((label) => `${JSON.stringify(label)}\n`).join(''));
}

/** A fifth of a second of a stream. */
function eventOf(name, second) {
  const time = [second, second + 0.2];
  if (name === 'sound') {
    const wave = (at) =>
      0.1 * loud(second) * Math.sin(2 * Math.PI * 300 * (second + at / SOUND_RATE)) + 0.01 * noise(at);
    return {
      time,
      value: { rate: SOUND_RATE, samples: Float32Array.from({ length: SOUND_RATE / 5 }, (_, at) => wave(at)) },
    };
  }
  if (name === 'view') {
    const shift = Math.round(second * loud(second));
    const pixels = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, at) => ((at + shift) * 7) % 256);
    return { time, value: { pixels, width: SIZE, height: SIZE, channels: 3 } };
  }
  const times = Float64Array.from({ length: RATE / 5 }, (_, at) => second + at / RATE);
  const axis = (phase) => times.map((at) => loud(second) * Math.sin(2 * Math.PI * 12 * at + phase) + noise(at * RATE));
  const channels = { x: Float32Array.from(axis(0)), y: Float32Array.from(axis(1)), z: Float32Array.from(axis(2)) };
  return {
    time: [times[0], times.at(-1)],
    value: { times, sequence: times.map(() => Number.NaN), device: times, channels },
  };
}

function modalkit(args) {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`bench: modalkit ${args[0]}: ${said}`))));
  });
}
