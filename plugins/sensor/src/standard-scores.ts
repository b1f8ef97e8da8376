import type { StandardScores } from '@modalkit/contract';
import { sumScores } from '@modalkit/toolkit';
import type { Channel } from './channels.js';
import type { PreparedSensor } from './windows.js';

/** Of each channel, over the points that were measured. */
export function standardScores({ values, present }: PreparedSensor, channels: readonly Channel[]): StandardScores[] {
  return channels.map(({ name }, channel) => {
    const places = { from: channel, to: values.length, step: channels.length };
    return sumScores(name, places, (at) => (present[at] ? values[at]! : undefined));
  });
}
