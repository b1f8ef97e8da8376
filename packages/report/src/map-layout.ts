import { UMAP } from 'umap-js';
import { seededRandom } from './seeded-random.js';

const NEIGHBOURS = 15;
const EPOCHS = 300;
const SEED = 1;

/**
 * Lays vectors out in two dimensions so that near ones stay near (UMAP, McInnes et al. 2018). The same vectors always
 * give the same places; fewer than four have none to speak of.
 */
export function mapLayout(vectors: readonly (readonly number[])[]): [x: number, y: number][] {
  if (vectors.length < 4) return [];
  const umap = new UMAP({
    nNeighbors: Math.min(NEIGHBOURS, vectors.length - 1),
    nEpochs: EPOCHS,
    minDist: 0.5,
    spread: 1.5,
    random: seededRandom(SEED),
  });
  return umap.fit(vectors as number[][]) as [number, number][];
}
