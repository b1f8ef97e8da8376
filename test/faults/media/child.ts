// Runs in a process of its own, so that it can be traced and killed: reads media files and says how each ended.
import { spawn } from 'node:child_process';
import { decodeAudio, decodeFrames, probeMedia } from '../../../packages/media/src/index.js';
import { outcomeOf } from './outcome.js';

const [mode, ...files] = process.argv.slice(2);
const size = { width: 16, height: 16, fit: 'stretch', channels: 1 } as const;

async function drain(pieces: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of pieces);
}

/** Reads each file in the three ways. */
async function read(): Promise<void> {
  for (const file of files) {
    const request = { file, name: file };
    const began = performance.now();
    const outcomes = [
      await outcomeOf(() => probeMedia(request)),
      await outcomeOf(() => drain(decodeFrames({ ...request, ...size }))),
      await outcomeOf(() => drain(decodeAudio({ ...request, sampleRate: 16000 }))),
    ];
    console.log(JSON.stringify({ file, outcomes, seconds: (performance.now() - began) / 1000 }));
  }
}

/** Has an ffmpeg running until it is killed. */
async function hold(): Promise<void> {
  await decodeFrames({ file: files[0]!, name: 'held', ...size }).next();
  console.log('started');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}

/** The same by a plain spawn: the control. */
function orphan(): void {
  const args = ['-nostdin', '-v', 'quiet', '-re', '-f', 'lavfi', '-i', 'anullsrc', '-t', '60', '-f', 'null', '-'];
  spawn('ffmpeg', args, { stdio: 'ignore' });
  console.log('started');
}

await (mode === 'read' ? read() : mode === 'hold' ? hold() : orphan());
