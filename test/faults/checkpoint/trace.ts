import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';

/** One system call of the save: its name and its number among those of that name in its thread. */
export interface Point {
  readonly call: string;
  readonly nth: number;
}

export interface Traced {
  readonly signal: string | null;
  readonly status: number | null;
  readonly outcome: { readonly saved?: number; readonly code?: string; readonly message?: string };
  /** Lines of the trace, in order. */
  readonly lines: readonly string[];
}

/** Why strace cannot be used here, or undefined when it can. */
export function straceMissing(): string | undefined {
  const { status, error } = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']);
  return status === 0 ? undefined : `strace cannot trace here (${error?.message ?? `exit code ${status}`})`;
}

/** Runs the child under strace, which sees only calls that touch `paths`; `inject` is strace's own notation. */
export function traced(child: string, args: readonly string[], paths: readonly string[], inject?: string): Traced {
  const log = `${child}.trace`;
  rmSync(log, { force: true });
  const options = ['-f', '-qq', '-y', '-o', log, ...paths.flatMap((path) => ['-P', path])];
  const fault = inject === undefined ? [] : ['-e', `inject=${inject}`];
  const result = spawnSync('strace', [...options, ...fault, process.execPath, child, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
    // one thread for file calls: strace counts `when=` per thread
    env: { ...process.env, UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0', NODE_OPTIONS: '' },
  });
  const outcome = result.stdout.trim() === '' ? {} : JSON.parse(result.stdout);
  const lines = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return { signal: result.signal, status: result.status, outcome, lines };
}

/** Every point of a recorded trace. */
export function pointsOf({ lines }: Traced): Point[] {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const [, key] = /^(\d+ +[a-z_0-9]+)\(/.exec(line) ?? [];
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const most = new Map<string, number>();
  for (const [key, count] of counts) {
    const call = key.split(/ +/)[1]!;
    most.set(call, Math.max(count, most.get(call) ?? 0));
  }
  return [...most].flatMap(([call, count]) => Array.from({ length: count }, (_, index) => ({ call, nth: index + 1 })));
}

/** All items with MODALKIT_FULL, otherwise `most` of them, spread evenly. */
export function sampled<T>(items: readonly T[], most: number): T[] {
  if (process.env.MODALKIT_FULL || items.length <= most) return [...items];
  return Array.from({ length: most }, (_, index) => items[Math.floor((index * items.length) / most)]!);
}
