import { readdir, readFile } from 'node:fs/promises';
import { type HostArray, ModalkitError, type Sample, type Tf } from '@modalkit/contract';
import { readSafetensors } from '../checkpoint/index.js';
import { indexFiles, VECTORS } from './index-files.js';

/** A sample that was found. */
export interface Match {
  readonly sample: Sample;
  readonly input: string;
  /** Cosine similarity, -1..1. */
  readonly score: number;
}

/** The vectors of one input of an evaluated split, read once and kept as one tensor. */
export interface VectorIndex {
  readonly size: number;
  /**
   * The exact best `limit` samples by cosine similarity, best first.
   * @param vector `[width]`, a unit vector
   */
  search(vector: Float32Array, limit: number): Promise<readonly Match[]>;
  dispose(): void;
}

/** The inputs that an index below a folder has vectors of, sorted; none where there is no index. */
export async function indexedInputs(folder: string): Promise<string[]> {
  const names = await readdir(indexFiles(folder).folder).catch(() => []);
  const own = names.filter((name) => name.endsWith(VECTORS));
  return own.map((name) => name.slice(0, -VECTORS.length)).sort();
}

/** @throws ModalkitError USAGE when there is no index, CHECKPOINT when it is damaged */
export async function openIndex(tf: Tf, folder: string, input: string): Promise<VectorIndex> {
  const files = indexFiles(folder);
  const file = files.vectors(input);
  const [bytes, content] = await Promise.all([readFile(file), readFile(files.samples)]).catch((error) => {
    const message = `${folder}: there are no embeddings of "${input}" here to search; run \`modalkit eval\`, or \`modalkit embed\` for a folder of files.`;
    throw new ModalkitError('USAGE', message, { folder }, error);
  });
  const { tensors } = readSafetensors(bytes, file);
  const lines = linesOf(content);
  const { rows, vectors } = checked(tensors, lines.length, file, input);
  const [size, width] = vectors.shape as [number, number];
  // A row times a matrix is the fastest of the ways to write these products.
  const resident = tf.keep(tf.tidy(() => tf.transpose(tf.tensor2d(vectors.data as Float32Array, [size, width]))));
  return {
    size,
    async search(vector, limit) {
      const wanted = Math.min(limit, size);
      if (wanted === 0) return [];
      if (vector.length !== width)
        throw new ModalkitError(
          'CHECKPOINT',
          `${file}: its vectors have ${width} numbers, those of this run ${vector.length}; search it with the run that made it, or embed the files again.`,
          { file },
        );
      const { values, indices } = tf.tidy(() => {
        const scores = tf.matMul(tf.tensor2d(vector, [1, width]), resident);
        return tf.topk(tf.reshape(scores, [size]), wanted);
      });
      const [scores, places] = await Promise.all([values.data(), indices.data()]);
      tf.dispose([values, indices]);
      return Array.from(places, (at, rank) => ({ sample: lines.sample(rows[at]!), input, score: scores[rank]! }));
    },
    dispose: () => resident.dispose(),
  };
}

function checked(tensors: ReadonlyMap<string, HostArray>, samples: number, file: string, input: string) {
  const [vectors, rows] = [tensors.get('vectors'), tensors.get('samples')];
  const sound =
    vectors?.dtype === 'float32' &&
    vectors.shape.length === 2 &&
    rows?.dtype === 'int32' &&
    rows.data.length === vectors.shape[0] &&
    rows.data.every((row) => row >= 0 && row < samples);
  if (sound) return { vectors, rows: rows.data };
  throw new ModalkitError(
    'CHECKPOINT',
    `${file}: the embeddings of "${input}" do not match the samples beside them; run \`modalkit eval\`, or \`modalkit embed\`, again.`,
    { file },
  );
}

/** Lines of JSON that are parsed when they are asked for. */
function linesOf(content: Buffer) {
  const starts = [0];
  for (let end = content.indexOf(10); end >= 0; end = content.indexOf(10, end + 1)) starts.push(end + 1);
  return {
    length: starts.length - 1,
    sample: (line: number) => JSON.parse(content.toString('utf8', starts[line], starts[line + 1])) as Sample,
  };
}
