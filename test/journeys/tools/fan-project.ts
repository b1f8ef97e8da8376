import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostNormal, hostRandom } from '@modalkit/toolkit';

/** Below this folder, so that a project's imports of `@modalkit/*` resolve. */
const TEMPORARY = fileURLToPath(new URL('../.tmp', import.meta.url));
const RATE = 100;

/**
 * Seconds of a simulated fan as it should be, and then with a bearing that hums at three times the shaft's speed; it begins to so
 * many seconds before, ever louder, where it wears out.
 */
interface Fan {
  readonly hertz: number;
  readonly normal: number;
  readonly bearing: number;
  readonly wear?: number;
}

const FANS: Readonly<Record<string, Fan>> = {
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

/** Recordings of the vibration of simulated fans, as `modalkit record` leaves them. */
export async function fanProject(fans = FANS): Promise<FanProject> {
  const folder = join(TEMPORARY, randomUUID().slice(0, 8));
  const path = (...names: string[]) => join(folder, ...names);
  for (const [name, fan] of Object.entries(fans)) await record(path('recordings', name), name, fan);
  return {
    ...{ folder, path, recordings: Object.keys(fans).map((name) => path('recordings', name)) },
    writeConfig: (config) => writeFile(path('modalkit.config.mjs'), config),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function record(folder: string, machine: string, fan: Fan): Promise<void> {
  const { normal, bearing } = fan;
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
  await writeFile(join(folder, 'vibration.csv'), `time,x,y\n${rowsOf(machine, fan).join('\n')}\n`);
}

function rowsOf(machine: string, { hertz, normal, bearing, wear = 1 / RATE }: Fan): string[] {
  const random = hostRandom(7, 0, machine);
  const noise = (axis: string, at: number) => 0.3 * hostNormal(random, axis, at);
  return Array.from({ length: (normal + bearing) * RATE }, (_, at) => {
    const turn = 2 * Math.PI * hertz * (at / RATE);
    const worn = Math.min(1, Math.max(0, 1 - (normal - at / RATE) / wear));
    const hum = 0.6 * worn * Math.sin(3 * turn);
    const [x, y] = [Math.sin(turn) + hum + noise('x', at), Math.cos(turn) + hum + noise('y', at)];
    return `${at / RATE},${x.toFixed(4)},${y.toFixed(4)}`;
  });
}
