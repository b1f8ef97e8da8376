import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/checkpoint/index.js';
import { errorOf, floats } from './helpers.js';
import { fileOf, hostileFiles } from './hostile-headers.js';

/** Milliseconds of processor time of the quickest of some runs: what other programs cost is not counted. */
async function leastCpuMs(runs: number, action: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const start = process.cpuUsage();
    await action();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

describe('a hostile header', () => {
  it('is one of at least 60', () => expect(hostileFiles.length).toBeGreaterThanOrEqual(60));

  it.each(hostileFiles)('is refused by name: %s', async (_, bytes, reason) => {
    readSafetensors(fileOf('{}'), 'warm-up');
    const before = process.memoryUsage().rss;
    const refusal = () => errorOf(() => readSafetensors(bytes, '坏的.safetensors'), 'CHECKPOINT');
    const error = await refusal();
    expect(process.memoryUsage().rss - before).toBeLessThan(bytes.length + 16 * 2 ** 20);
    expect(await leastCpuMs(3, refusal)).toBeLessThan(200);
    expect(error.message).toContain('坏的.safetensors');
    expect(error.message).toContain(reason);
    expect(error.message.length).toBeLessThan(1500);
  });

  it('leaves Object.prototype alone', () => {
    expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(12);
    expect(({} as Record<string, unknown>).dtype).toBeUndefined();
  });

  // The control: the same files through JSON.parse and plain objects, as a reader without care would.
  it('gets past a careless reader in more than 30 cases', () => {
    const passed = hostileFiles.filter(([, bytes]) => readsCarelessly(bytes));
    expect(passed.length).toBeGreaterThan(30);
  });
});

describe('a changed file', () => {
  const rounds = process.env.MODALKIT_FULL ? 1_000_000 : 10_000;

  it(`is read or refused, never anything else (${rounds} mutations)`, { timeout: 900_000 }, () => {
    const base = Buffer.from(
      writeSafetensors(
        new Map([
          ['a', floats(1, 2)],
          ['b/c', floats(3)],
        ]),
        { k: 'v' },
      ),
    );
    const random = lehmer(20260101);
    let refused = 0;
    for (let round = 0; round < rounds; round++) {
      const bytes = mutate(base, random);
      try {
        readSafetensors(bytes, 'x');
      } catch (error) {
        if ((error as { code?: string }).code !== 'CHECKPOINT') throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(rounds / 2);
    expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(12);
  });
});

function readsCarelessly(bytes: Uint8Array): boolean {
  try {
    const length = Number(Buffer.from(bytes).readBigUInt64LE(0));
    const header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString());
    const tensors: Record<string, unknown> = {};
    for (const name in header) {
      const [begin, end] = header[name].data_offsets ?? [];
      tensors[name] = bytes.slice(8 + length + begin, 8 + length + end);
    }
    return true;
  } catch {
    return false;
  }
}

/** Replaces a piece of the header by another piece of JSON, flips, cuts or doubles bytes. */
function mutate(base: Buffer, random: (below: number) => number): Uint8Array {
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '0',
    '-1',
    '1e9',
    'null',
    '"a"',
    '"__proto__":',
    '\\u0000',
    '9007199254740993',
  ];
  const at = random(base.length);
  const to = Math.min(base.length, at + random(6));
  const piece = Buffer.from(pieces[random(pieces.length)]!);
  const kind = random(4);
  if (kind === 0) return base.subarray(0, at);
  if (kind === 1) return Buffer.concat([base.subarray(0, to), base.subarray(at)]);
  if (kind === 2) return Buffer.from(base).fill(random(256), at, at + 1);
  const changed = Buffer.concat([base.subarray(0, at), piece, base.subarray(to)]);
  if (at > 8) changed.writeBigUInt64LE(base.readBigUInt64LE(0) + BigInt(piece.length - (to - at)), 0);
  return changed;
}

/** Lehmer's generator (Park and Miller 1988). */
function lehmer(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}
