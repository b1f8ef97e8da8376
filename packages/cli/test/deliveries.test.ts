import type { AlarmBegin } from '@modalkit/core';
import { describe, expect, it } from 'vitest';
import { clockWatch } from '../src/alarm/clock-watch.js';
import { Deliveries } from '../src/alarm/deliveries.js';

const alarm = (id: string): AlarmBegin => ({
  ...{ kind: 'begin', id, watch: 'health', began: '2026-03-01T10:00:00.000Z', to: ['here'] },
  ...{ peak: 1, mean: 1, windows: 1 },
});

/** A place that refuses so many times, and what came of it. */
function place(refusals: number) {
  const [taken, said]: [string[], string[]] = [[], []];
  const deliver = async ({ id }: { id: string }, signal: AbortSignal) => {
    signal.throwIfAborted();
    if (refusals-- > 0) throw new Error('not now');
    taken.push(id);
  };
  const deliveries = new Deliveries({
    places: [{ name: 'here', deliver }],
    folder: '/alarms',
    delivered: ({ id }, to, attempts) => said.push(`${id} got to ${to} by attempt ${attempts}`),
    failed: ({ id }, to, reason) => said.push(`${id} did not get to ${to}: ${reason}`),
  });
  return { deliveries, taken, said };
}

describe('deliveries', () => {
  it('are made in order, each again until it has arrived, and told of once', async () => {
    const { deliveries, taken, said } = place(2);
    for (const id of ['a', 'b']) deliveries.add(alarm(id), 'here');
    deliveries.add(alarm('c'), 'elsewhere');
    // 0.5 s and 1 s of pauses
    expect(await deliveries.close()).toBe(0);
    expect(taken).toEqual(['a', 'b']);
    expect(said).toEqual([
      'a did not get to here: not now',
      'a got to here by attempt 3',
      'b got to here by attempt 1',
    ]);
  });

  it('that do not arrive are left to the next session after a while', async () => {
    const { deliveries, taken } = place(Number.POSITIVE_INFINITY);
    for (const id of ['a', 'b']) deliveries.add(alarm(id), 'here');
    expect(await deliveries.close(50)).toBe(2);
    expect(taken).toEqual([]);
  });
});

it('a date that is set is told once, by how much', () => {
  let began = 1000;
  const jumped = clockWatch(() => new Date(began));
  expect(jumped()).toBeUndefined();
  began += 900;
  expect(jumped()).toBeUndefined();
  began += 3_599_100;
  expect(jumped()).toBe(3600);
  expect(jumped()).toBeUndefined();
});
