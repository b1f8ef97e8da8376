import { execFile, spawn } from 'node:child_process';
import { constants, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { addressesOf } from './rig/write-session.mjs';

/** Seconds between two pieces that are written into a pipe. */
const PACE = 0.05;

/**
 * Plays a session as the devices of a machine, in the time that it lasts: both IMUs as pseudo-terminals by `modalkit replay --pty`, sound and
 * video as pipes. It begins when all are read.
 * @param {{ session: string, seconds: number, pipes: string, bin: string }} parts folder of its recording; where pipes are made; the command
 * @returns {Promise<{ addresses: Record<string, string>, close(): Promise<void> }>} of each stream, for a command line
 */
export async function play({ session, seconds, pipes, bin }) {
  const replay = spawn(process.execPath, [bin, 'replay', session, '--pty', '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  process.once('exit', () => replay.kill());
  const devices = await devicesOf(replay, ['front', 'rear']);
  const [sound, view] = [join(pipes, 'sound'), join(pipes, 'view')];
  await promisify(execFile)('mkfifo', [sound, view]);
  const stop = new AbortController();
  const files = ['sound.wav', 'view.mkv'].map((name) => join(session, name));
  pour(files, [sound, view], seconds, stop.signal).catch(() => undefined);
  const close = async () => {
    stop.abort();
    replay.kill();
    // A pipe that nobody has read is still waited for.
    const readers = await Promise.all(
      [sound, view].map((pipe) => open(pipe, constants.O_RDONLY | constants.O_NONBLOCK)),
    );
    await Promise.all(readers.map((reader) => reader.close()));
  };
  return { addresses: addressesOf({ ...devices, sound, view }), close };
}

/** Paths of pseudo-terminals, as the replay says them. */
async function devicesOf(replay, streams) {
  const devices = {};
  for await (const line of createInterface({ input: replay.stdout })) {
    const { kind, stream, device } = JSON.parse(line);
    if (kind === 'device') devices[stream] = device;
    if (streams.every((name) => devices[name])) return devices;
  }
  throw new Error('machine: the replay into pseudo-terminals has ended early; it needs socat or python3.');
}

/** Writes the sound and the film of files into pipes, evenly over the seconds that they last, from when somebody reads all of them. */
async function pour(files, paths, seconds, signal) {
  const [wav, film] = await Promise.all(files.map((file) => readFile(file)));
  // Raw samples, as a device gives them: what stands before them in the file is left out.
  const contents = [wav.subarray(wav.indexOf('data') + 8), film];
  const pipes = await Promise.all(paths.map((path) => open(path, 'w')));
  const start = performance.now();
  for (let [done, share] = [0, 0]; done < 1 && !signal.aborted; done = share) {
    share = Math.min(1, (performance.now() - start) / 1000 / seconds);
    const places = (bytes) => [done, share].map((each) => Math.round(each * bytes.length));
    await Promise.all(pipes.map((pipe, at) => pipe.write(contents[at].subarray(...places(contents[at])))));
    await sleep(1000 * PACE, undefined, { signal });
  }
  await Promise.all(pipes.map((pipe) => pipe.close()));
}
