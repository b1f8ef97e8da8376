import { type HostContext, ModalkitError } from '@modalkit/contract';
import { clipFloor } from './clip-floor.js';
import { MelFrames } from './mel-frames.js';
import type { PreparedSound } from './prepared-sound.js';
import type { RawSound } from './raw-sound.js';
import { nameOf, readSound } from './read-sound.js';
import type { SoundOptions } from './sound-options.js';

/**
 * Log-mel frames of a sound, filled up with silence to whole steps as Whisper fills up to 30 s.
 * @throws ModalkitError SAMPLE as `readSound` does, and when it is shorter than a window
 */
export async function prepareSound(
  sample: RawSound,
  context: HostContext,
  options: SoundOptions,
): Promise<PreparedSound> {
  const samplesOfStep = options.hop * options.stride;
  const frames = new MelFrames(options);
  const parts: Float32Array[] = [];
  let start: number | undefined;
  for await (const { samples, time } of readSound(sample, context, options)) {
    start ??= time;
    parts.push(frames.push(samples));
  }
  checkLength(frames.samples, options, nameOf(sample, context));
  const steps = Math.ceil(frames.samples / samplesOfStep);
  parts.push(frames.push(new Float32Array(steps * samplesOfStep - frames.samples)), frames.end());
  return { mel: floored(joined(parts), options.floor), steps, before: 0, after: 0, start: start! };
}

function checkLength(samples: number, { fftSize, rate }: SoundOptions, name: string): void {
  if (samples >= fftSize) return;
  const what =
    samples === 0 ? 'holds no samples' : `holds ${samples} ${samples === 1 ? 'sample' : 'samples'} at ${rate} Hz`;
  throw new ModalkitError(
    'SAMPLE',
    `Audio ${JSON.stringify(name)} ${what}, less than a window of ${fftSize} (${(1000 * fftSize) / rate} ms); give a longer sound.`,
  );
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Values at least as large as the floor, in place. */
export function floored(mel: Float32Array, floor: 'clip' | number): Float32Array {
  const least = floor === 'clip' ? clipFloor(mel) : floor;
  for (let index = 0; index < mel.length; index++) if (mel[index]! < least) mel[index] = least;
  return mel;
}
