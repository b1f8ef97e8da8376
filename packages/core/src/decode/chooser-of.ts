import type { DecoderChoice, HostRandom } from '@modalkit/contract';
import { bestColumn } from '../metrics/best-column.js';
import { drawToken } from './draw-token.js';
import type { Chooser } from './hypothesis.js';
import { searchBeam } from './search-beam.js';

/** How the tokens of one sample are chosen. @param random numbers of the sample's own */
export function chooserOf(choice: DecoderChoice, maxTokens: number, random: HostRandom): Chooser {
  if (choice === 'greedy') return single((row) => bestColumn(row, row.length, 0));
  if ('beam' in choice) return searchBeam(choice.beam, choice.lengthPenalty ?? 0, maxTokens);
  return single((row, place) => drawToken(row, choice, random.uniform('token', place)));
}

/** One hypothesis, which goes on by one class. */
function single(choose: (row: Float32Array, place: number) => number): Chooser {
  return ([only], [row]) => {
    const id = choose(row!, only!.ids.length);
    return [{ parent: 0, id, logProbability: only!.logProbability + row![id]! }];
  };
}
