import type { HostContext, PictureData, Preview } from '@modalkit/contract';
import type { ParsedAudioOptions } from './audio-options.js';
import { colourOf } from './heat-colours.js';
import { logMel } from './log-mel.js';
import type { RawSound } from './raw-sound.js';
import { readSound } from './read-sound.js';
import { wavHeader } from './wav-header.js';

/** Only this much of a sound is shown. */
const SECONDS = 10;

/** The first ten seconds of a sound as a 16-bit WAV, with its spectrogram: time to the right, high frequencies on top. */
export async function previewSound(
  sample: RawSound,
  context: HostContext,
  options: ParsedAudioOptions,
): Promise<Preview> {
  const samples = await firstSamples(sample, context, options);
  const mono = Int16Array.from(samples, (value) => Math.round(Math.min(Math.max(value, -1), 1) * 32_767));
  const body = Buffer.from(mono.buffer);
  const wav = Buffer.concat([wavHeader('int16', options.rate, body.length), body]);
  const seconds = samples.length / options.rate;
  const sound = { kind: 'sound', mime: 'audio/wav', base64: wav.toString('base64'), seconds } as const;
  if (samples.length < options.fftSize) return sound;
  return { ...sound, spectrogram: await spectrogram(samples, options) };
}

async function firstSamples(
  sample: RawSound,
  context: HostContext,
  { rate }: ParsedAudioOptions,
): Promise<Float32Array> {
  const most = SECONDS * rate;
  const samples = new Float32Array(most);
  let count = 0;
  for await (const piece of readSound(sample, context, { rate, maxSeconds: Number.POSITIVE_INFINITY })) {
    samples.set(piece.samples.subarray(0, most - count), count);
    count = Math.min(most, count + piece.samples.length);
    if (count === most) break;
  }
  return samples.subarray(0, count);
}

async function spectrogram(samples: Float32Array, options: ParsedAudioOptions): Promise<PictureData> {
  const { mels } = options;
  const mel = logMel(samples, options);
  const frames = mel.length / mels;
  const largest = mel.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const pixels = new Uint8Array(frames * mels * 3);
  for (let frame = 0; frame < frames; frame++)
    for (let index = 0; index < mels; index++) {
      // Values span at most 2: 80 dB, (x + 4) / 4.
      const brightness = 1 - (largest - mel[frame * mels + index]!) / 2;
      pixels.set(colourOf(brightness), ((mels - 1 - index) * frames + frame) * 3);
    }
  const { default: sharp } = await import('sharp');
  const raw = { width: frames, height: mels, channels: 3 } as const;
  const png = await sharp(pixels, { raw }).png().toBuffer();
  return { mime: 'image/png', base64: png.toString('base64'), width: frames, height: mels };
}
