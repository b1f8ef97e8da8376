import type { LiveContext } from '@modalkit/contract';

/** Waits until a second of the session's clock; false when the session is aborted first. */
export async function waitUntil(time: number, { now, signal }: Pick<LiveContext, 'now' | 'signal'>): Promise<boolean> {
  for (let wait = time - now(); wait > 0.001 && !signal.aborted; wait = time - now())
    await new Promise((resolve) => setTimeout(resolve, 1000 * Math.min(wait, 0.1)));
  return !signal.aborted;
}
