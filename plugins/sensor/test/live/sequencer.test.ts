import { expect, test } from 'vitest';
import { newCounters } from '../../src/live/counters.js';
import { PacketBatch } from '../../src/live/packet-batch.js';
import { Sequencer } from '../../src/live/sequencer.js';

/** Plays `number@seconds` packets, `!` an undecodable frame, `-` a cut line; what came out, in order. */
function play(script: string, patience = 0.2) {
  const counters = newCounters();
  const out: (number | string)[] = [];
  const sink = {
    packet: (sequence: number) => {
      counters.used++;
      out.push(sequence);
    },
    interrupt: (reason: string) => out.push(reason),
    restart: () => out.push('restart'),
  };
  const sequencer = new Sequencer(patience, counters, sink);
  let sent = 0;
  for (const word of script.split(' ')) {
    if (word === '!') sequencer.undecodable();
    else if (word === '-') sequencer.disconnected();
    else {
      const [number, time = 0] = word.split('@').map(Number);
      const batch = new PacketBatch(1);
      batch.add(number! >>> 0, 0);
      sequencer.accept(batch, time);
      sent++;
    }
  }
  sequencer.flush();
  const { used, late, duplicate, lost, bad, noise, restarts } = counters;
  expect(used + late + duplicate).toBe(sent);
  return { out, counts: { used, late, duplicate, lost, bad, noise, restarts } };
}

const none = { used: 0, late: 0, duplicate: 0, lost: 0, bad: 0, noise: 0, restarts: 0 };

test.each<[string, string, (number | string)[], Partial<typeof none>]>([
  ['in order', '5 6 7', [5, 6, 7], { used: 3 }],
  ['reordered', '1 3 4 2 5', [1, 2, 3, 4, 5], { used: 5 }],
  ['twice', '1 2 2 3 1', [1, 2, 3], { used: 3, duplicate: 2 }],
  ['twice while it waits', '1 3 3 2', [1, 2, 3], { used: 3, duplicate: 1 }],
  ['lost', '1 3@0 4@0.1 5@0.3', [1, '1 packet missing', 3, 4, 5], { used: 4, lost: 1 }],
  ['late', '1 3@0 4@0.3 2@0.4 5@0.5', [1, '1 packet missing', 3, 4, 5], { used: 4, late: 1 }],
  ['late and once more', '1 3@0 4@0.3 2@0.4 2@0.5', [1, '1 packet missing', 3, 4], { used: 3, late: 1, duplicate: 1 }],
  ['damaged: known at once, nothing waits', '1 ! 3 4', [1, '1 packet missing', 3, 4], { used: 3, bad: 1 }],
  ['damaged and lost', '1 ! 4@0 5@0.3', [1, '2 packets missing', 4, 5], { used: 3, bad: 1, lost: 1 }],
  ['noise', '1 ! ! 2 3', [1, 2, 3], { used: 3, noise: 2 }],
  ['noise about a damaged one', '1 ! ! ! 3', [1, '1 packet missing', 3], { used: 2, bad: 1, noise: 2 }],
  ['damaged, then it came after all', '1 ! 3 2 4', [1, '1 packet missing', 3, 4], { used: 3, late: 1, noise: 1 }],
  ['over the end of 32 bits', '4294967294 4294967295 0 1', [4294967294, 4294967295, 0, 1], { used: 4 }],
  ['missing over the end of 32 bits', '4294967295 ! 1', [4294967295, '1 packet missing', 1], { used: 2, bad: 1 }],
  [
    'two holes',
    '1 3@0 5@0.1 6@0.2 7@0.3',
    [1, '1 packet missing', 3, '1 packet missing', 5, 6, 7],
    { used: 5, lost: 2 },
  ],
  ['what waits when the line is cut', '1 3 -', [1, '1 packet missing', 3], { used: 2, lost: 1 }],
  [
    'anew after a cut',
    '100 101 - 0 1',
    [100, 101, 'restart', 'the device began to count anew', 0, 1],
    { used: 4, restarts: 1 },
  ],
  ['going on after a cut', '100 - 103', [100, '2 packets missing', 103], { used: 2, lost: 2 }],
  [
    'far ahead',
    '5 9000000 9000001',
    [5, 'restart', 'the device began to count anew', 9000000, 9000001],
    { used: 3, restarts: 1 },
  ],
])('%s', (_, script, out, counts) => {
  expect(play(script)).toEqual({ out, counts: { ...none, ...counts } });
});

test('a device that counts anew without a cut is noticed after 16 old packets in a row', () => {
  const script = [...Array(40).keys(), ...Array(20).keys()].join(' ');
  const { out, counts } = play(script);
  expect(out.slice(40)).toEqual(['restart', 'the device began to count anew', 16, 17, 18, 19]);
  expect(counts).toMatchObject({ used: 44, duplicate: 16, restarts: 1 });
});

test('nothing waits longer than it may', () => {
  const counters = newCounters();
  const out: number[] = [];
  const sink = { packet: (sequence: number) => out.push(sequence), interrupt: () => 0, restart: () => 0 };
  const sequencer = new Sequencer(0.2, counters, sink as never);
  for (const number of [1, 3]) {
    const batch = new PacketBatch(1);
    batch.add(number, 0);
    sequencer.accept(batch, 10);
  }
  expect(sequencer.deadline).toBeCloseTo(10.2);
  sequencer.expire(10.19);
  expect(out).toEqual([1]);
  sequencer.expire(10.21);
  expect([out, sequencer.deadline]).toEqual([[1, 3], Number.POSITIVE_INFINITY]);
});
