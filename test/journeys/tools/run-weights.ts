import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Names of a run's checkpoints, oldest first. */
export async function checkpointsOf(run: string): Promise<string[]> {
  return (await readdir(join(run, 'checkpoints'))).filter((name) => /\d/.test(name)).sort();
}

/** sha256 of every tensor file of a run's newest checkpoint: weights, moments, averages, what adapters learnt. */
export async function hashesOf(run: string): Promise<Record<string, string>> {
  const newest = join(run, 'checkpoints', (await checkpointsOf(run)).at(-1)!);
  const files = (await readdir(newest)).filter((name) => name.endsWith('.safetensors')).sort();
  const hash = async (name: string) =>
    createHash('sha256')
      .update(await readFile(join(newest, name)))
      .digest('hex');
  return Object.fromEntries(await Promise.all(files.map(async (name) => [name, await hash(name)])));
}
