import { join } from 'node:path';

/** Below a run's folder: a sample's JSON a line, and the vectors of each input. */
export const indexFiles = (folder: string) => ({
  folder: join(folder, 'index'),
  samples: join(folder, 'index', 'samples.jsonl'),
  vectors: (input: string) => join(folder, 'index', `${input}.safetensors`),
});
