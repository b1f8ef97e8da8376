import { join } from 'node:path';

/** Of an index's folder, below a run's or any other: a sample's JSON a line, and the vectors of each input. */
export const indexFiles = (folder: string, name = 'index') => ({
  folder: join(folder, name),
  samples: join(folder, name, 'samples.jsonl'),
  vectors: (input: string) => join(folder, name, `${input}${VECTORS}`),
});

/** How the names of vectors end. */
export const VECTORS = '.safetensors';
