import type { Tf } from '@modalkit/contract';
import { type Match, openIndex, type VectorIndex } from './vector-index.js';

/** Searches the index below a folder; each input's vectors are read when they are first asked for. */
export class Searcher {
  private readonly tf: Tf;
  private readonly folder: string;
  private readonly indices = new Map<string, Promise<VectorIndex>>();

  constructor(tf: Tf, folder: string) {
    this.tf = tf;
    this.folder = folder;
  }

  /** The best `limit` samples by cosine similarity of their vectors of an input to a unit vector `[width]`, best first. */
  async search(vector: Float32Array, input: string, limit: number): Promise<readonly Match[]> {
    if (!this.indices.has(input)) this.indices.set(input, openIndex(this.tf, this.folder, input));
    return (await this.indices.get(input)!).search(vector, limit);
  }

  async dispose(): Promise<void> {
    for (const opened of await Promise.allSettled(this.indices.values()))
      if (opened.status === 'fulfilled') opened.value.dispose();
  }
}
