import { ADAPTER, CONTRACT, definePlugin } from '@modalkit/contract';
import { version } from '../package.json';
import { audioAdapter } from './audio-adapter.js';
import { type AudioOptions, parseAudioOptions } from './audio-options.js';

/**
 * Sound as an input: any media file's sound track becomes log-mel frames, and those tokens by a Whisper encoder, a CNN or
 * spectrogram patches.
 * @throws ModalkitError OPTIONS that names each wrong option
 */
export const audio = definePlugin((options: AudioOptions = {}) => {
  const parsed = parseAudioOptions(options);
  return {
    id: '@modalkit/audio',
    contract: CONTRACT,
    version,
    setup: (scope) => scope.provide(ADAPTER, () => audioAdapter(parsed)),
  };
});
