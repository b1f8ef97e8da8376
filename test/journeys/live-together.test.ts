import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFfmpeg } from '@modalkit/media';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modalkit, type Started, start } from './tools/modalkit.js';
import { CHANNELS, type MotionProject, motionProject, RATE } from './tools/motion-project.js';
import { plugIn, type SerialDevice } from './tools/serial-device.js';

const ffmpeg = await findFfmpeg();
const SOUND = 'sound=audio:test:sine=frequency=440';
const FILM = 'film=video:test:testsrc2=size=64x48:rate=8?size=32&channels=1&fps=8';

const CONFIG = `import { audio } from '@modalkit/audio';
import { classify, crossEntropy, defineConfig, jsonl, late } from '@modalkit/core';
import { sensor } from '@modalkit/sensor';
import { video } from '@modalkit/video';

const small = { width: 8, layers: 1, heads: 2 };
const channels = { x: { rate: ${RATE} }, y: { rate: ${RATE} } };

export default defineConfig({
  inputs: {
    motion: sensor({ channels, window: 0.1, chunk: 2, standardise: 'none', ...small }),
    sound: audio({ floor: -6, chunk: { seconds: 0.96, overlap: 0.32 }, mels: 16, ...small }),
    film: video({ size: 32, channels: 1, policy: 'fps', fps: 4, window: 0.5, maxFrames: 16, patch: 16, ...small }),
  },
  space: { width: 8 },
  fusion: late(),
  heads: { way: classify({ classes: ['up', 'down'] }) },
  objectives: { way: crossEntropy({ head: 'way' }) },
  data: { source: jsonl({ path: 'manifest.jsonl' }), batch: 4, workers: 0 },
  train: { steps: 14, learningRate: 0.04, warmUp: 0 },
});
`;

/** A serial device, a sound and a film that ffmpeg makes as they would come from a microphone and a camera. */
describe.skipIf(!ffmpeg)('three devices on one clock (needs ffmpeg)', () => {
  let project: MotionProject;
  let port: SerialDevice;
  let recording: Started;
  beforeAll(async () => {
    project = await motionProject();
    await writeFile(project.path('modalkit.config.mjs'), CONFIG);
    port = await plugIn(project.port, RATE);
  });
  afterAll(async () => {
    await port.unplug();
    recording?.process.kill('SIGKILL');
    await project.remove();
  });

  const sources = () => [`motion=sensor:${project.port}?format=csv&channels=${CHANNELS}&gap=1`, SOUND, FILM];
  const flags = () => sources().flatMap((source) => ['--source', source]);

  it('are recorded together, and what was recorded trains a model that is then asked about all of them live', {
    timeout: 180_000,
  }, async () => {
    recording = start(['record', ...flags(), '--out', 'rec', '--json'], { cwd: project.folder });
    await recording.printed(/sound [1-9]\d* packets .*film [1-9]\d* packets/);
    await port.send(1, 3 * RATE);
    await port.send(-1, 3 * RATE);
    await sleep(500);
    recording.process.kill('SIGINT');
    const recorded = await recording.ended;
    expect(recorded.code, recorded.stderr).toBe(130);
    expect(recorded.json().streams).toMatchObject([
      { name: 'motion', file: 'motion.csv', counters: { used: 6 * RATE } },
      { name: 'sound', file: 'sound.wav' },
      { name: 'film', file: 'film.mkv' },
    ]);

    await writeFile(project.path('manifest.jsonl'), await manifestOf(project.path('rec', 'motion.csv')));
    const trained = await modalkit(['train', '--run', 'run', '--no-report', '--json'], { cwd: project.folder });
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.json()).toMatchObject({ reason: 'finished', quarantined: 0 });

    const listening = start(['live', '--run', 'run', ...flags(), '--json'], { cwd: project.folder });
    recording = listening;
    await listening.printed(/"kind":"result","input":"sound"/);
    await listening.printed(/"kind":"result","input":"film"/);
    await port.send(1, RATE);
    await listening.printed(/"input":"motion","inputs":\["film","motion","sound"\],[^\n]*"name":"up"/);
    await port.send(-1, RATE);
    await listening.printed(/"input":"motion","inputs":\["film","motion","sound"\],[^\n]*"name":"down"/);
    listening.process.kill('SIGINT');
    const ended = await listening.ended;
    expect(ended.code, ended.stderr).toBe(130);
    const { counts } = ended.json() as { counts: Record<string, Record<string, number>> };
    for (const { windows, answered, dropped, bad } of Object.values(counts)) {
      expect(answered).toBeGreaterThan(0);
      expect(windows! - answered! - dropped!).toBeLessThanOrEqual(4);
      expect(bad).toBe(0);
    }
  });
});

/** A line for each second of the recording: what was seen, heard and measured in it, and which way the device went. */
async function manifestOf(file: string): Promise<string> {
  const rows = (await readFile(file, 'utf8')).split('\n').filter((line) => /^\d/.test(line));
  const values = rows.map((line) => line.split(',').map(Number));
  const from = { up: values.find(([, , x]) => x === 1)![0]!, down: values.find(([, , x]) => x === -1)![0]! };
  const lines = [0, 1, 2].flatMap((second) =>
    (['up', 'down'] as const).map((way) => {
      const part = { start: from[way] + second, end: from[way] + second + 1 };
      const of = (name: string) => ({ file: `rec/${name}`, ...part });
      const inputs = { motion: of('motion.csv'), sound: of('sound.wav'), film: of('film.mkv') };
      return JSON.stringify({ ...inputs, split: second < 2 ? 'train' : 'test', way });
    }),
  );
  return `${lines.join('\n')}\n`;
}
