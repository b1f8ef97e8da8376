import type { ChannelStatistics } from './channel-statistics.js';
import type { PrepareOptions } from './prepare-options.js';
import { type Spectrum, segmentSpectrum, spectrumOf } from './spectrum.js';
import type { PreparedSensor } from './windows.js';

/** Segments that are looked at, spread evenly over the samples and over each: their mean is off by 1/64 of the deviation. */
export const LOOKED_AT = 4096;

/**
 * Mean and deviation of each number of a spectrum, `[C * numbers]`, over segments that were measured throughout; 0 and 1 for a
 * channel that has none.
 * @param windows of each sample by its index, made when it is looked at; undefined where none can be made
 */
export async function fitSpectrum(
  samples: number,
  windows: (sample: number) => Promise<PreparedSensor | undefined>,
  options: PrepareOptions & { readonly spectrum: { readonly frame: number; readonly hop: number } },
): Promise<ChannelStatistics> {
  const channels = options.channels.length;
  const spectrum = spectrumOf({ ...options.spectrum, windowPoints: options.windowPoints });
  const size = channels * spectrum.numbers;
  const running = { count: new Float64Array(size), mean: new Float64Array(size), squares: new Float64Array(size) };
  for (let sample = 0; sample < samples; sample += Math.ceil(samples / LOOKED_AT)) {
    const prepared = await windows(sample);
    if (!prepared) continue;
    const segments = prepared.valid.length * spectrum.frames;
    const step = Math.ceil((segments * Math.min(samples, LOOKED_AT)) / LOOKED_AT);
    for (let segment = 0; segment < segments; segment += step)
      for (let channel = 0; channel < channels; channel++) {
        const values = segmentOf(prepared, segment, channel, spectrum, options);
        if (values) add(running, channel * spectrum.numbers, segmentSpectrum(values, spectrum));
      }
  }
  const std = Array.from(running.squares, (squares, at) => Math.sqrt(squares / Math.max(1, running.count[at]!)));
  return { mean: Array.from(running.mean), std: std.map((each) => (each > 1e-6 ? each : 1)) };
}

/** The points of one channel in a segment of a window; undefined where some were not measured. */
function segmentOf(
  { values, present }: PreparedSensor,
  segment: number,
  channel: number,
  { frame, hop, frames }: Spectrum,
  { channels, stridePoints, windowPoints }: PrepareOptions,
): Float32Array | undefined {
  const [window, within] = [Math.floor(segment / frames) * stridePoints, (segment % frames) * hop];
  const points = new Float32Array(frame);
  for (let n = 0; n < Math.min(frame, windowPoints - within); n++) {
    const at = (window + within + n) * channels.length + channel;
    if (!present[at]) return undefined;
    points[n] = values[at]!;
  }
  return points;
}

function add(
  { count, mean, squares }: Record<'count' | 'mean' | 'squares', Float64Array>,
  from: number,
  numbers: Float64Array,
): void {
  numbers.forEach((number, offset) => {
    const at = from + offset;
    count[at] = count[at]! + 1;
    const distance = number - mean[at]!;
    mean[at] = mean[at]! + distance / count[at]!;
    squares[at] = squares[at]! + distance * (number - mean[at]!);
  });
}
