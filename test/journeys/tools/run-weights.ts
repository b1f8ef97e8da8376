import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Names of a run's checkpoints, oldest first. */
export async function checkpointsOf(run: string): Promise<string[]> {
  return (await readdir(join(run, 'checkpoints'))).filter((name) => /\d/.test(name)).sort();
}

/** sha256 of every tensor file of a run's checkpoint, the newest or that of a step: weights, moments, averages, adapters' states. */
export async function hashesOf(run: string, step?: number): Promise<Record<string, string>> {
  const names = await checkpointsOf(run);
  const name = step === undefined ? names.at(-1) : names.find((each) => Number(each.replace(/\D/g, '')) === step);
  const folder = join(run, 'checkpoints', name!);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.safetensors')).sort();
  const hash = async (file: string) =>
    createHash('sha256')
      .update(await readFile(join(folder, file)))
      .digest('hex');
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await hash(file)])));
}
