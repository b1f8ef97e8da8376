import type { LiveEvent } from '@modalkit/contract';
import { expect, test } from 'vitest';
import { newCounters } from '../../src/live/counters.js';
import { EventQueue, type Overflow } from '../../src/live/event-queue.js';
import type { SensorChunk } from '../../src/live/sensor-chunk.js';

const make = (overflow: Overflow, limit = 16) => {
  const counters = newCounters();
  const queue = new EventQueue(['x'], limit, overflow, counters, 'Serial port /dev/a');
  const add = (from: number, to: number) => {
    for (let time = from; time < to; time++) queue.packet(time, time, time, time, Float32Array.of(time), 0);
    queue.notify();
  };
  return { queue, counters, add };
};

const told = (event: LiveEvent<SensorChunk>) =>
  event.kind === 'gap' ? `${event.time.join('-')} ${event.reason}` : [...event.value.channels.x!].join(' ');

async function drain(queue: EventQueue) {
  queue.end();
  const events: string[] = [];
  for await (const event of queue.events()) events.push(told(event));
  return events;
}

test('packets that wait become larger events', async () => {
  const { queue, add, counters } = make('fail');
  add(0, 3);
  queue.gap([2, 5], 'disconnected');
  add(5, 9);
  expect(await drain(queue)).toEqual(['0 1 2', '2-5 disconnected', '5 6 7 8']);
  expect(counters).toMatchObject({ used: 7, gaps: 1, dropped: 0 });
});

test('drop-oldest keeps the newest and says what is missing', async () => {
  const { queue, add, counters } = make('drop-oldest');
  add(0, 18);
  const events = await drain(queue);
  expect(events[0]).toBe('0-3 left out: the consumer is too slow');
  expect(events.slice(1).join(' ')).toBe('4 5 6 7 8 9 10 11 12 13 14 15 16 17');
  expect(counters).toMatchObject({ used: 14, dropped: 4, gaps: 1 });
});

test('drop-newest keeps the oldest and says what is missing', async () => {
  const { queue, add, counters } = make('drop-newest');
  add(0, 20);
  const events = queue.events();
  expect(told((await events.next()).value)).toBe('0 1 2 3');
  add(20, 22);
  const rest = await drain(queue);
  expect(rest).toEqual(['4 5 6 7', '8 9 10 11', '12 13 14 15', '15-20 left out: the consumer is too slow', '20 21']);
  expect(counters).toMatchObject({ used: 18, dropped: 4, gaps: 1 });
});

test('fail ends with an error at once, what waits is dropped', async () => {
  const { queue, add, counters } = make('fail');
  add(0, 20);
  await expect(queue.events().next()).rejects.toThrow(
    /Serial port \/dev\/a: the consumer is too slow, 16 packets wait/,
  );
  expect(counters).toMatchObject({ used: 0, dropped: 17 });
});

test('a waiting consumer is woken', async () => {
  const { queue, add } = make('fail');
  const next = queue.events().next();
  add(0, 1);
  expect((await next).value).toMatchObject({ kind: 'data', time: [0, 0], arrived: 0 });
});
