import { stat } from 'node:fs/promises';
import { ModalkitError } from '@modalkit/core';

/** A path that no input reads is not searched for as words. */
export async function refusePath(argument: string): Promise<void> {
  const named = /\.[a-z][a-z0-9]{1,4}$/i.test(argument);
  if (!named && !/[\\/]/.test(argument)) return;
  const found = await stat(argument).catch(() => undefined);
  if (found)
    throw new ModalkitError(
      'USAGE',
      `${argument}: no input of this run reads this ${found.isDirectory() ? 'folder' : 'file'}; it is empty, or not what its name says. Name another.`,
    );
  if (named)
    throw new ModalkitError(
      'USAGE',
      `${argument}: there is no such file; correct the path or, if these are words, put a space after them.`,
    );
}
