import { describe, expect, it } from 'vitest';
import type { SerialOptions } from '../../plugins/sensor/src/live/serial-options.js';
import { accounted, makePipeline } from './sensor/pipeline.js';
import { simulate, type VirtualDevice } from './sensor/virtual-device.js';

const full = Boolean(process.env.MODALKIT_FULL);
const device: VirtualDevice = {
  packets: full ? 1_000_000 : 20_000,
  rate: 100,
  drift: 200,
  jitter: 0.02,
  reordered: 0.05,
  duplicate: 0.01,
  lost: 0.01,
  jumpEvery: 40,
  seed: 1,
};

/** Plays a device through the pipeline; the error of every used packet's time in seconds, and what was counted. */
function play(given: VirtualDevice, options: Partial<SerialOptions> = {}) {
  const simulated = simulate(given);
  const { pipeline, queue, counters, format } = makePipeline({ buffer: 10_000_000, jump: 0.25, ...options });
  for (const { sequence, device: reading, arrived } of simulated.deliveries) {
    while (pipeline.deadline <= arrived) pipeline.tick(pipeline.deadline);
    pipeline.push(format.encode({ sequence, device: reading, values: [sequence] }), arrived);
  }
  pipeline.end(simulated.deliveries.at(-1)!.arrived);
  queue.end();
  return { ...simulated, counters, queue, segments: pipeline.clock.segments, drift: pipeline.clock.drift };
}

async function errorsOf({ queue, truth }: ReturnType<typeof play>) {
  const errors: number[] = [];
  const used: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for await (const event of queue.events()) {
    if (event.kind === 'gap') continue;
    const { times, sequence } = event.value;
    for (const [row, number] of sequence.entries()) {
      errors.push(Math.abs(times[row]! - truth[number]!));
      used.push(number);
      expect(times[row]).toBeGreaterThanOrEqual(last);
      last = times[row]!;
    }
  }
  const sorted = Float64Array.from(errors).sort();
  return { used, p99: sorted[Math.floor(0.99 * sorted.length)]!, most: sorted.at(-1)! };
}

describe('F15: a device whose clock drifts and jumps, on a line that delays, reorders, repeats and loses', {
  timeout: 1_200_000,
}, () => {
  it.each([
    { drift: 200, seed: 1 },
    { drift: -200, seed: 2 },
    { drift: 35, seed: 3 },
  ])('is aligned: $drift ppm', async (change) => {
    const played = play({ ...device, ...change });
    const { used, p99 } = await errorsOf(played);
    // Segments: where the first packet after each jump that was used begins one, and nowhere else.
    const begins = [0, ...played.jumps].map((jump) => used.find((sequence) => sequence >= jump)!);
    expect(played.jumps.length).toBeGreaterThan(2);
    expect(played.segments.map(({ device: at }) => at)).toEqual(
      [...new Set(begins)].map((sequence) => Math.round(played.readings[sequence]! * 1e6) / 1e6),
    );
    expect(p99).toBeLessThanOrEqual(0.005);
    expect(Math.abs(played.drift * 1e6 + change.drift)).toBeLessThan(20);
    expect(used).toEqual([...used].sort((a, b) => a - b));
    expect(accounted(played.counters)).toBe(played.sent);
    expect(played.counters.used).toBe(used.length);
    for (const kind of ['late', 'duplicate', 'lost'] as const) expect(played.counters[kind]).toBeGreaterThan(0);
  });

  it.each([{ rate: 10 }, { rate: 1000 }])('is aligned at $rate packets a second too', async ({ rate }) => {
    const played = play({ ...device, rate, packets: 20_000, seed: 4 });
    const { p99 } = await errorsOf(played);
    expect(played.segments).toHaveLength(played.jumps.length + 1);
    expect(p99).toBeLessThanOrEqual(0.005);
    expect(accounted(played.counters)).toBe(played.sent);
  });

  // Controls: what does less than fit and cut fails the same measure.
  it.each(['device', 'arrival'] as const)('control: the times of the %s alone are not aligned', async (clock) => {
    const { p99 } = await errorsOf(play(device, { clock }));
    expect(p99).toBeGreaterThan(0.005);
  });

  it('control: a clock that takes nothing for a jump is not aligned', async () => {
    const played = play(device, { jump: 3600 });
    expect(played.segments).toHaveLength(1);
    expect((await errorsOf(played)).p99).toBeGreaterThan(0.005);
  });

  it('control: counting holes alone does not add up', () => {
    const { deliveries, sent } = simulate(device);
    let [next, used, lost] = [0, 0, 0];
    for (const { sequence } of deliveries) {
      if (sequence < next) continue;
      lost += sequence - next;
      used++;
      next = sequence + 1;
    }
    expect(used + lost).not.toBe(sent);
  });
});
