import { availableParallelism } from 'node:os';
import { askProgram } from './ffmpeg-process.js';
import type { MediaLimits } from './media-request.js';

type Program = { readonly path: string; readonly before: readonly string[] };

/**
 * ffmpeg started so that it ends when this process does (setpriv) and stays in its memory and CPU time (prlimit).
 * Each replaces itself by the next, so it is still one process. Where the system lacks one, ffmpeg runs without it.
 */
export async function launcher(
  ffmpeg: string,
  limits: Pick<MediaLimits, 'memoryMib' | 'wallSeconds'>,
): Promise<Program> {
  const { setpriv, prlimit } = await tools();
  const cpuSeconds = Math.ceil(limits.wallSeconds * availableParallelism());
  const words = [
    ...(setpriv ? ['setpriv', '--pdeathsig', 'KILL', '--'] : []),
    ...(prlimit ? ['prlimit', `--as=${limits.memoryMib * 1024 * 1024}`, `--cpu=${cpuSeconds}`, '--core=0', '--'] : []),
    ffmpeg,
  ];
  return { path: words[0]!, before: words.slice(1) };
}

let known: Promise<{ readonly setpriv: boolean; readonly prlimit: boolean }> | undefined;

function tools(): Promise<{ readonly setpriv: boolean; readonly prlimit: boolean }> {
  const works = async (path: string, ...args: string[]) => (await askProgram(path, args)) !== undefined;
  known ??= Promise.all([
    works('setpriv', '--pdeathsig', 'KILL', '--', 'true'),
    works('prlimit', '--as=1000000000', '--core=0', '--', 'true'),
  ]).then(([setpriv, prlimit]) => ({ setpriv, prlimit }));
  return known;
}
