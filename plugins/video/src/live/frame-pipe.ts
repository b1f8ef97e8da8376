import { definePlugin } from '@modalkit/contract';
import { framePlugin } from './frame-source.js';
import { type FramePipeOptions, parseFramePipe } from './frame-source-options.js';

/**
 * A FIFO into which another program writes video, as a live source.
 * @throws ModalkitError OPTIONS that names each wrong option
 */
export const framePipe = definePlugin((options: FramePipeOptions) => {
  const parsed = parseFramePipe(options);
  return framePlugin({ kind: 'pipe', address: parsed.address, format: { demuxer: parsed.demuxer } }, parsed);
});
