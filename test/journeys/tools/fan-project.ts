import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostNormal, hostRandom } from '@modalkit/toolkit';

/** Below this folder, so that a project's imports of `@modalkit/*` resolve. */
const TEMPORARY = fileURLToPath(new URL('../.tmp', import.meta.url));
const RATE = 100;

/** Seconds of each simulated fan as it should be, and then with a bearing that hums at three times the shaft's speed. */
const FANS = {
  'fan-1': { hertz: 11.9, normal: 40, bearing: 10 },
  'fan-2': { hertz: 12, normal: 60, bearing: 0 },
  'fan-3': { hertz: 12.1, normal: 30, bearing: 15 },
};

export interface FanProject {
  readonly folder: string;
  readonly recordings: readonly string[];
  path(...parts: string[]): string;
  writeConfig(config: string): Promise<void>;
  remove(): Promise<void>;
}

/** Recordings of the vibration of three simulated fans, as `modalkit record` leaves them. */
export async function fanProject(): Promise<FanProject> {
  const folder = join(TEMPORARY, randomUUID().slice(0, 8));
  const path = (...names: string[]) => join(folder, ...names);
  for (const name of Object.keys(FANS) as (keyof typeof FANS)[]) await record(path('recordings', name), name);
  return {
    ...{ folder, path, recordings: Object.keys(FANS).map((name) => path('recordings', name)) },
    writeConfig: (config) => writeFile(path('modalkit.config.mjs'), config),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function record(folder: string, machine: keyof typeof FANS): Promise<void> {
  const { normal, bearing } = FANS[machine];
  const seconds = normal + bearing;
  const labels = [
    { start: 0, end: normal, label: 'normal', source: 'simulation' },
    { start: normal, end: seconds, label: 'bearing', source: 'simulation' },
  ].filter(({ start, end }) => end > start);
  const stream = {
    ...{ name: 'vibration', plugin: '@modalkit/sensor', address: 'simulated', by: 'address' },
    options: { channels: { x: { rate: RATE }, y: { rate: RATE } } },
    ...{ file: 'vibration.csv', origin: 0, events: seconds, counters: {}, gaps: [], known: [0, seconds] },
  };
  const about = { format: 'modalkit-recording', version: 2, started: '2026-03-01T10:00:00.000Z', state: 'finished' };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'recording.json'), JSON.stringify({ ...about, seconds, machine, streams: [stream] }));
  await writeFile(join(folder, 'labels.jsonl'), labels.map((label) => `${JSON.stringify(label)}\n`).join(''));
  await writeFile(join(folder, 'vibration.csv'), `time,x,y\n${rowsOf(machine).join('\n')}\n`);
}

function rowsOf(machine: keyof typeof FANS): string[] {
  const { hertz, normal, bearing } = FANS[machine];
  const random = hostRandom(7, 0, machine);
  const noise = (axis: string, at: number) => 0.3 * hostNormal(random, axis, at);
  return Array.from({ length: (normal + bearing) * RATE }, (_, at) => {
    const turn = 2 * Math.PI * hertz * (at / RATE);
    const hum = at < normal * RATE ? 0 : 0.6 * Math.sin(3 * turn);
    const [x, y] = [Math.sin(turn) + hum + noise('x', at), Math.cos(turn) + hum + noise('y', at)];
    return `${at / RATE},${x.toFixed(4)},${y.toFixed(4)}`;
  });
}
