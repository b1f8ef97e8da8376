import type { HostContext } from '@modalkit/contract';
import type { ChannelStatistics } from './channel-statistics.js';
import { readRecording } from './files/read-recording.js';
import type { PrepareOptions } from './prepare-options.js';
import { prepareRecording } from './prepare-recording.js';
import { nameOf, type RawSensor } from './raw-sensor.js';
import type { Recording } from './recording.js';
import type { PreparedSensor } from './windows.js';

/**
 * What a raw sample measured, and its windows.
 * @throws ModalkitError SAMPLE as `readRecording` and `prepareRecording` do
 */
export async function prepareSample(
  sample: RawSensor,
  options: PrepareOptions,
  statistics: ChannelStatistics,
  context: HostContext,
): Promise<{ readonly recording: Recording; readonly windows: PreparedSensor }> {
  const stretch = typeof sample === 'object' && 'file' in sample ? sample : {};
  const recording = await readRecording(sample, options, context);
  const windows = prepareRecording(recording, stretch, options, statistics, nameOf(sample, context.input));
  return { recording, windows };
}
