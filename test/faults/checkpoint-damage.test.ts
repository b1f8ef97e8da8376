import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Checkpoints, openCheckpoints, readSafetensors } from '../../packages/core/src/checkpoint/index.js';
import { tinyCheckpoint } from './checkpoint/tiny-checkpoint.js';
import { sampled } from './checkpoint/trace.js';

interface Place {
  readonly file: string;
  readonly at: number;
}

describe('a damaged checkpoint of 8 KiB', { timeout: 1_200_000 }, () => {
  let root: string;
  let checkpoints: Checkpoints;
  let folder: string;
  let places: Place[];
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'modalkit-damage-'));
    checkpoints = await openCheckpoints(root, { keep: 2 });
    await checkpoints.save(1, tinyCheckpoint(1));
    folder = await checkpoints.save(2, tinyCheckpoint(2, 1860));
    const files = readdirSync(folder).map((name) => join(folder, name));
    places = files.flatMap((file) => Array.from({ length: statSync(file).size }, (_, at) => ({ file, at })));
  });
  afterAll(() => rmSync(root, { recursive: true }));

  /** The load must find the fault, name the file and fall back, within a second. */
  async function expectFallBack(file: string): Promise<void> {
    const start = performance.now();
    const loaded = (await checkpoints.latest())!;
    expect(loaded.step).toBe(1);
    expect(loaded.skipped).toEqual([{ folder, reason: expect.stringContaining(file) }]);
    expect(performance.now() - start).toBeLessThan(1000);
  }

  it('has about 8 KiB', () => {
    expect(places.length).toBeGreaterThan(8000);
    expect(places.length).toBeLessThan(8600);
  });

  it('is found out when cut at any byte', async () => {
    const chosen = sampled(places, 250);
    for (const { file, at } of chosen) {
      const whole = readFileSync(file);
      truncateSync(file, at);
      await expectFallBack(file);
      writeFileSync(file, whole);
    }
    console.log(`cut at ${chosen.length} of ${places.length} bytes, all found`);
    expect((await checkpoints.latest())!.step).toBe(2);
  });

  it('is found out when any bit is another', async () => {
    const bits = places.flatMap((place) => Array.from({ length: 8 }, (_, bit) => ({ ...place, bit })));
    const chosen = sampled(bits, 301);
    let careless = 0;
    for (const { file, at, bit } of chosen) {
      const whole = readFileSync(file);
      const changed = Buffer.from(whole);
      changed[at]! ^= 1 << bit;
      writeFileSync(file, changed);
      await expectFallBack(file);
      if (readsCarelessly(file, changed)) careless++;
      writeFileSync(file, whole);
    }
    console.log(`flipped ${chosen.length} of ${bits.length} bits, all found; without hashes ${careless} pass`);
    // the control: a reader that checks no hash takes most of them for sound
    expect(careless).toBeGreaterThan(chosen.length / 2);
  });
});

function readsCarelessly(file: string, bytes: Uint8Array): boolean {
  try {
    if (file.endsWith('.json')) JSON.parse(Buffer.from(bytes).toString());
    else readSafetensors(bytes, file);
    return true;
  } catch {
    return false;
  }
}

const mebibytes = process.env.MODALKIT_FULL ? 64 : 4;
describe(`a damaged checkpoint of ${mebibytes} MiB`, { timeout: 1_200_000 }, () => {
  it('is found out by one bit or one page of zeros', async () => {
    const root = mkdtempSync(join(tmpdir(), 'modalkit-damage-'));
    const checkpoints = await openCheckpoints(root, { keep: 2 });
    await checkpoints.save(1, tinyCheckpoint(1));
    const file = join(await checkpoints.save(2, tinyCheckpoint(2, mebibytes * 2 ** 18)), 'weights.safetensors');
    const whole = readFileSync(file);
    const rounds = process.env.MODALKIT_FULL ? 200 : 2;
    for (let round = 0; round < rounds; round++) {
      const changed = Buffer.from(whole);
      const at = (round * 40_503_847 + 12_345) % (whole.length - 4096);
      if (round % 2 === 0) changed[at]! ^= 1 << (round % 8);
      else changed.fill(0, at, at + 4096);
      writeFileSync(file, changed);
      expect((await checkpoints.latest())!.skipped[0]!.reason).toContain('was altered');
    }
    writeFileSync(file, whole);
    expect((await checkpoints.latest())!.step).toBe(2);
    rmSync(root, { recursive: true });
  });
});
