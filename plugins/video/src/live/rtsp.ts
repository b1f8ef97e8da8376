import { definePlugin } from '@modalkit/contract';
import { framePlugin } from './frame-source.js';
import { parseRtsp, type RtspOptions } from './frame-source-options.js';

/**
 * A camera on the network that speaks RTSP, over TCP, as a live source.
 * @throws ModalkitError OPTIONS that names each wrong option
 */
export const rtsp = definePlugin((options: RtspOptions) => {
  const parsed = parseRtsp(options);
  return framePlugin({ kind: 'rtsp', address: parsed.address }, parsed);
});
