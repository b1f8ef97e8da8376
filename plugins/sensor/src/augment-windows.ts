import type { HostRandom } from '@modalkit/contract';
import { hostBetween, hostNormal } from '@modalkit/toolkit';
import type { ParsedSensorOptions } from './sensor-options.js';
import type { PreparedSensor } from './windows.js';

/** Numbers that a drift is drawn as, evenly over the sample. */
const KNOTS = 5;

/**
 * A randomly turned, scaled, moved, drifting and noisy copy of standardised values (Um et al. 2017), a function of the key alone.
 * What was not measured stays zero, and when it was measured stays as it was.
 */
export function augmentWindows(
  sample: PreparedSensor,
  { augment, channels }: ParsedSensorOptions,
  random: HostRandom,
): PreparedSensor {
  const { scale, shift, noise, drift, rotate } = augment!;
  const count = channels.length;
  const values = rotate
    ? turned(sample.values, count, axesOf(rotate.axes, channels), angle(rotate, random))
    : sample.values.slice();
  channels.forEach((channel, at) => {
    if (channel.hold) return;
    const gain = 1 + hostBetween(random, `scale/${at}`, scale);
    const offset = hostBetween(random, `shift/${at}`, shift);
    const knots = Array.from({ length: KNOTS }, (_, knot) => drift * hostNormal(random, `drift/${at}`, knot));
    for (let index = at; index < values.length; index += count) {
      const noisy = noise === 0 ? 0 : noise * hostNormal(random, 'noise', index);
      const added = offset + noisy + smoothAt(knots, index / values.length);
      values[index] = sample.present[index] ? values[index]! * gain + added : 0;
    }
  });
  return { ...sample, values };
}

/** Through the knots, which lie evenly over 0..1, by cubic steps that are level at each (smoothstep). */
function smoothAt(knots: readonly number[], share: number): number {
  const place = share * (knots.length - 1);
  const before = Math.min(Math.floor(place), knots.length - 2);
  const t = place - before;
  return knots[before]! + (knots[before + 1]! - knots[before]!) * t * t * (3 - 2 * t);
}

type Axes = readonly [number, number];

function axesOf(names: readonly [string, string], channels: ParsedSensorOptions['channels']): Axes {
  const at = (name: string) => channels.findIndex((channel) => channel.name === name);
  return [at(names[0]), at(names[1])];
}

function angle({ degrees }: { readonly degrees: number }, random: HostRandom): number {
  return (hostBetween(random, 'rotate', degrees) * Math.PI) / 180;
}

function turned(values: Float32Array, count: number, [first, second]: Axes, by: number): Float32Array {
  const result = values.slice();
  const [cos, sin] = [Math.cos(by), Math.sin(by)];
  for (let point = 0; point < values.length; point += count) {
    const [a, b] = [values[point + first]!, values[point + second]!];
    result[point + first] = cos * a - sin * b;
    result[point + second] = sin * a + cos * b;
  }
  return result;
}
