import { definePlugin } from '@modalkit/contract';
import { soundPlugin } from './sound-source.js';
import { parseTestSound, type TestSoundOptions } from './sound-source-options.js';

/**
 * A sound that ffmpeg makes, in real time, as a live source: to try things without a microphone.
 * @throws ModalkitError OPTIONS that names each wrong option
 */
export const testSound = definePlugin((options: TestSoundOptions) => {
  const parsed = parseTestSound(options);
  return soundPlugin({ kind: 'test', address: parsed.address }, parsed);
});
