import { shapleyValues } from '../contribution/shapley-values.js';
import type { LiveResult } from '../live/live-report.js';
import type { LiveSession } from '../live/live-session.js';
import type { Watched } from './watched-level.js';

/**
 * What each input of a result adds to the level: its Shapley value (Shapley 1953) over all sets of them, the model asked again with
 * the others absent. A set that the head cannot be asked about is worth 0, so they add up to the level. Costs 2^n - 2 passes.
 */
export async function inputShares(
  session: LiveSession,
  result: LiveResult,
  watched: Watched,
): Promise<Readonly<Record<string, number>>> {
  const { inputs } = result;
  const every = 2 ** inputs.length - 1;
  const worth = new Float64Array(every + 1);
  worth[every] = watched.level(result) ?? 0;
  for (let set = 1; set < every; set++) {
    const some = inputs.filter((_, index) => (set >> index) & 1);
    const answers = await session.again(result, some, watched.head);
    worth[set] = (answers && watched.level(answers)) ?? 0;
  }
  const shares = shapleyValues(worth, inputs.length);
  return Object.fromEntries(inputs.map((input, index) => [input, shares[index]!]));
}
