import { ADAPTER, CONTRACT, definePlugin } from '@modalkit/contract';
import { version } from '../package.json';
import { videoAdapter } from './video-adapter.js';
import { parseVideoOptions, type VideoOptions } from './video-options.js';

/**
 * Videos as an input: frames at their true times become tokens by patches of one frame or of several, mixed by factorised
 * attention over space and time.
 * @throws ModalkitError OPTIONS that names each wrong option
 */
export const video = definePlugin((options: VideoOptions = {}) => {
  const parsed = parseVideoOptions(options);
  return {
    id: '@modalkit/video',
    contract: CONTRACT,
    version,
    setup: (scope) => scope.provide(ADAPTER, () => videoAdapter(parsed)),
  };
});
