import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ModalkitError } from '@modalkit/contract';
import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import type { ParsedOptions } from './__modality__-options.js';

// Each worker has a session of its own: more threads would only stand in each other's way.
env.wasm.numThreads = 1;

/** A model that never changes. */
export interface FrozenModel {
  /** Of its file. */
  readonly sha256: string;
  /** `[row, size]` -> `[row, features]`, row-major. @throws ModalkitError PLUGIN when the model does not do that */
  run(rows: readonly (readonly number[])[]): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Reads the file now, and opens a session when it is first run. @throws ModalkitError OPTIONS when it cannot be read */
export function frozenModel({ model: path, size, features }: ParsedOptions): FrozenModel {
  const file = contentOf(path);
  let session: Promise<InferenceSession> | undefined;
  return {
    sha256: createHash('sha256').update(file).digest('hex'),
    async run(rows) {
      session ??= InferenceSession.create(file, { executionProviders: ['wasm'] });
      const input = new Tensor('float32', Float32Array.from(rows.flat()), [rows.length, size]);
      const { type, dims, data } = await onlyOutput(session, input).catch((error: Error) => {
        throw new ModalkitError('PLUGIN', `${path} does not take [${input.dims}] float32: ${error.message}`, {}, error);
      });
      if (type === 'float32' && String(dims) === String([rows.length, features]))
        return Float32Array.from(data as Float32Array);
      throw new ModalkitError(
        'PLUGIN',
        `${path} gives ${type} [${dims}] for ${rows.length} rows, not float32 [${rows.length},${features}]; correct features.`,
      );
    },
    async release() {
      const open = await session;
      session = undefined;
      await open?.release();
    },
  };
}

async function onlyOutput(opening: Promise<InferenceSession>, input: Tensor): Promise<Tensor> {
  const session = await opening;
  const outputs = await session.run({ [session.inputNames[0]!]: input });
  return outputs[session.outputNames[0]!] as Tensor;
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ModalkitError('OPTIONS', `model: ${path} cannot be read (${code}); name the ONNX file.`, {}, error);
  }
}
