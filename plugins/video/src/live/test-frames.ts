import { definePlugin } from '@modalkit/contract';
import { framePlugin } from './frame-source.js';
import { parseTestFrames, type TestFramesOptions } from './frame-source-options.js';

/**
 * Frames that ffmpeg generates as a live source, to try things without a camera.
 * @throws ModalkitError OPTIONS that names each wrong option
 */
export const testFrames = definePlugin((options: TestFramesOptions) => {
  const parsed = parseTestFrames(options);
  return framePlugin({ kind: 'test', address: parsed.address }, parsed);
});
