import { definePlugin } from '@modalkit/contract';
import { soundPlugin } from './sound-source.js';
import { parseSoundPipe, type SoundPipeOptions } from './sound-source-options.js';

/**
 * What another program writes into a FIFO as a live source.
 * @throws ModalkitError OPTIONS that names each wrong option
 */
export const soundPipe = definePlugin((options: SoundPipeOptions) => {
  const parsed = parseSoundPipe(options);
  const { address, demuxer, sourceRate, channels } = parsed;
  const raw = demuxer === 's16le' || demuxer === 'f32le';
  const format = raw ? { demuxer, sampleRate: sourceRate!, channels } : { demuxer };
  return soundPlugin({ kind: 'pipe', address, format }, parsed);
});
