import type { Bucket, HostArrays } from '@modalkit/contract';
import type { ParsedSensorOptions } from './sensor-options.js';
import { type PreparedSensor, pointsOf } from './windows.js';

/**
 * `values` and `present [B,P,C]` on the grid, `valid [B,T]` and `time [B,T,2]` of the windows, padded to `bucket.length`
 * windows; the row of an absent sample is zeros.
 */
export function collateWindows(
  prepared: readonly (PreparedSensor | undefined)[],
  bucket: Bucket,
  options: ParsedSensorOptions,
): HostArrays {
  const { rate, stridePoints, windowPoints } = options;
  const [batch, tokens, channels] = [prepared.length, bucket.length, options.channels.length];
  const points = pointsOf(tokens, options);
  const values = new Float32Array(batch * points * channels);
  const present = new Float32Array(batch * points * channels);
  const valid = new Uint8Array(batch * tokens);
  const time = new Float32Array(batch * tokens * 2);
  prepared.forEach((sample, row) => {
    if (!sample) return;
    values.set(sample.values, row * points * channels);
    present.set(sample.present, row * points * channels);
    valid.set(sample.valid, row * tokens);
    for (let token = 0; token < sample.valid.length; token++) {
      const start = sample.start + (token * stridePoints) / rate;
      time.set([start, start + windowPoints / rate], (row * tokens + token) * 2);
    }
  });
  return {
    values: { dtype: 'float32', shape: [batch, points, channels], data: values },
    present: { dtype: 'float32', shape: [batch, points, channels], data: present },
    valid: { dtype: 'bool', shape: [batch, tokens], data: valid },
    time: { dtype: 'float32', shape: [batch, tokens, 2], data: time },
  };
}
