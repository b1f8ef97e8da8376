import { definePlugin } from '@modalkit/contract';
import { soundPlugin } from './sound-source.js';
import { type MicrophoneOptions, parseMicrophone } from './sound-source-options.js';

/**
 * A microphone of this machine as a live source.
 * @throws ModalkitError OPTIONS that names each wrong option
 */
export const microphone = definePlugin((options: MicrophoneOptions = {}) => {
  const parsed = parseMicrophone(options);
  return soundPlugin({ kind: 'microphone', address: parsed.address }, parsed);
});
