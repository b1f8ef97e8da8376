import type { LiveContext, LiveEvent, LiveStream } from '@modalkit/contract';
import { type DeviceSpec, openAudioDevice } from '@modalkit/media';
import type { LiveSound } from './live-sound.js';
import type { SoundSourceOptions } from './sound-source-options.js';

/** Sound of a device, block by block; what is missing is a gap. */
export function openSound(
  spec: DeviceSpec,
  { rate, block }: SoundSourceOptions,
  context: LiveContext,
): LiveStream<LiveSound> {
  const device = openAudioDevice(spec, { ...context, sampleRate: rate, blockSeconds: block });
  return {
    counters: () => ({ ...device.counters() }),
    async *[Symbol.asyncIterator](): AsyncGenerator<LiveEvent<LiveSound>, void> {
      for await (const { samples, time, arrived, gap } of device) {
        if (gap) yield { kind: 'gap', time: [gap.start, gap.end], reason: gap.reason };
        yield { kind: 'data', value: { samples, rate }, time: [time, time + samples.length / rate], arrived };
      }
    },
  };
}
