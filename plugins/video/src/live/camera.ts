import { definePlugin } from '@modalkit/contract';
import { framePlugin } from './frame-source.js';
import { type CameraOptions, parseCamera } from './frame-source-options.js';

/**
 * A camera of this machine as a live source.
 * @throws ModalkitError OPTIONS that names each wrong option
 */
export const camera = definePlugin((options: CameraOptions) => {
  const parsed = parseCamera(options);
  const { address, capture } = parsed;
  const asked = capture && { height: capture.size[0], width: capture.size[1], fps: capture.fps };
  return framePlugin({ kind: 'camera', address, ...(asked && { capture: asked }) }, parsed);
});
