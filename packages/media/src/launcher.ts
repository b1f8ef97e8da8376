import { askProgram } from './ffmpeg-process.js';

/** What a started program may take. */
export interface LaunchLimits {
  /** Address space. */
  readonly memoryMib: number;
  /** Time on all processors together. */
  readonly cpuSeconds?: number;
  /** Of each file that it writes. */
  readonly fileBytes?: number;
}

/**
 * ffmpeg started so that it ends when this process or thread does (setpriv) and stays in its memory and time
 * (prlimit). Each replaces itself by the next: it is one process. Where the system lacks one, ffmpeg runs without it.
 */
export async function launcher(
  ffmpeg: string,
  { memoryMib, cpuSeconds, fileBytes }: LaunchLimits,
): Promise<{ readonly path: string; readonly before: readonly string[] }> {
  const { setpriv, prlimit } = await tools();
  const cpu = cpuSeconds === undefined ? [] : [`--cpu=${Math.ceil(cpuSeconds)}`];
  const file = fileBytes === undefined ? [] : [`--fsize=${fileBytes}`];
  const words = [
    ...(setpriv ? ['setpriv', '--pdeathsig', 'KILL', '--'] : []),
    ...(prlimit ? ['prlimit', `--as=${memoryMib * 1024 * 1024}`, ...cpu, ...file, '--core=0', '--'] : []),
    ffmpeg,
  ];
  return { path: words[0]!, before: words.slice(1) };
}

interface Tools {
  readonly setpriv: boolean;
  readonly prlimit: boolean;
}

let known: { readonly path: string | undefined; readonly tools: Promise<Tools> } | undefined;

function tools(): Promise<Tools> {
  const path = process.env.PATH;
  if (!known || known.path !== path) known = { path, tools: tryTools() };
  return known.tools;
}

async function tryTools(): Promise<Tools> {
  const works = async (path: string, ...args: string[]) => (await askProgram(path, args)) !== undefined;
  const [setpriv, prlimit] = await Promise.all([
    works('setpriv', '--pdeathsig', 'KILL', '--', 'true'),
    works('prlimit', '--as=1000000000', '--cpu=10', '--fsize=1000', '--core=0', '--', 'true'),
  ]);
  return { setpriv, prlimit };
}
