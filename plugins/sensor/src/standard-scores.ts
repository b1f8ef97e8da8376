import type { StandardScores } from '@modalkit/contract';
import type { Channel } from './channels.js';
import type { PreparedSensor } from './windows.js';

/** Of each channel, over the points that were measured. */
export function standardScores({ values, present }: PreparedSensor, channels: readonly Channel[]): StandardScores[] {
  return channels.map(({ name }, channel) => {
    let [count, sum, squares] = [0, 0, 0];
    for (let at = channel; at < values.length; at += channels.length) {
      if (!present[at]) continue;
      count++;
      sum += values[at]!;
      squares += values[at]! ** 2;
    }
    return { name, count, sum, squares };
  });
}
