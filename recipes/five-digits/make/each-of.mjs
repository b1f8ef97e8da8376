import { progress } from './progress.mjs';

/** As many at a time: two programs that encode and one that is being started. */
const AT_A_TIME = 3;

/**
 * Does a task for each item, a few at a time, and says how far it is. The first failure ends it, when what is under way is done.
 * @template T
 * @param {string} task
 * @param {readonly T[]} items
 * @param {(item: T) => Promise<void>} work
 */
export async function eachOf(task, items, work) {
  const told = progress(task, items.length);
  const queue = items.values();
  let failure;
  const worker = async () => {
    for (const item of queue) {
      if (failure) return;
      await work(item).catch((error) => (failure ??= error));
      told.step();
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  if (failure) throw failure;
  told.end();
}
