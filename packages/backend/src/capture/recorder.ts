import type { Tensor } from '@modalkit/contract';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { NativeKernels, OpAttribute } from '../native-kernels.js';
import { Blanks } from './blanks.js';
import { ConstantPool } from './constant-pool.js';
import type { RecordedOp, Recording, Source } from './recording.js';
import { Refusal } from './refusal.js';

/** Notes every operation that native TensorFlow runs, at the two methods that all of its kernels pass. */
export class Recorder {
  private readonly kernels: NativeKernels;
  private readonly ops: RecordedOp[] = [];
  private readonly pool = new ConstantPool();
  /** By data id, which is an object: an entry keeps its id from being given anew. */
  private readonly sources = new Map<object, Source>();
  private readonly blanks: Blanks;
  private readonly readSync: NativeKernels['readSync'];
  /** What the recording could not do; thrown by `finish`, since an adapter may catch what its operations throw. */
  private refusal: Refusal | undefined;

  /** @param feeds tensors that are fed, each with data of its own */
  constructor(kernels: NativeKernels, feeds: readonly TensorInfo[]) {
    this.kernels = kernels;
    this.blanks = new Blanks(kernels);
    this.readSync = kernels.readSync.bind(kernels);
    for (const [index, { dataId }] of feeds.entries()) {
      if (this.sources.has(dataId)) throw new Refusal('two of its tensors share their data');
      this.sources.set(dataId, { kind: 'feed', index });
    }
  }

  /** Runs a function with every operation noted. */
  record(run: () => void): void {
    const { kernels } = this;
    const { executeSingleOutput, executeMultipleOutputs, read } = kernels;
    kernels.executeSingleOutput = (op, attributes, inputs) => {
      const from = this.resolve(inputs);
      const output = executeSingleOutput.call(kernels, op, attributes, inputs);
      this.note(op, attributes, inputs, from, [output as Tensor]);
      return output;
    };
    kernels.executeMultipleOutputs = (op, attributes, inputs, count) => {
      const from = this.resolve(inputs);
      const outputs = executeMultipleOutputs.call(kernels, op, attributes, inputs, count);
      this.note(op, attributes, inputs, from, outputs as Tensor[]);
      return outputs;
    };
    const onHost = () => this.refuse('it reads a tensor on the host');
    kernels.readSync = (id) => {
      onHost();
      return this.readSync(id);
    };
    kernels.read = (id) => {
      onHost();
      return read.call(kernels, id);
    };
    try {
      run();
    } finally {
      // They are the prototype's: what was set here is taken away again.
      for (const name of ['executeSingleOutput', 'executeMultipleOutputs', 'read', 'readSync'] as const)
        Reflect.deleteProperty(kernels, name);
    }
  }

  /** The recording, once the program has run. @throws Refusal */
  finish(results: readonly TensorInfo[]): Recording {
    const sources = this.resolve(results);
    if (this.refusal) throw this.refusal;
    return { ops: this.ops, constants: this.pool.constants, results: sources };
  }

  dispose(): void {
    this.blanks.dispose();
  }

  private refuse(reason: string): void {
    this.refusal ??= new Refusal(reason);
  }

  private note(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly TensorInfo[],
    from: readonly Source[],
    outputs: readonly Tensor[],
  ): void {
    const index = this.ops.length;
    this.ops.push({
      op,
      attributes,
      inputs: from,
      inputTypes: inputs.map(({ dtype }) => dtype),
      ranks: inputs.map(({ shape }) => shape.length),
    });
    for (const [output, tensor] of outputs.entries()) {
      this.sources.set(tensor.dataId, { kind: 'op', index, output });
      this.blanks.empty(tensor);
    }
  }

  /** A tensor that is neither fed nor computed is a constant of the program. */
  private resolve(tensors: readonly TensorInfo[]): Source[] {
    return tensors.map(({ dataId, dtype, shape }) => {
      const known = this.sources.get(dataId);
      if (known) return known;
      const source: Source = { kind: 'constant', index: this.constant(dataId, dtype, shape) };
      this.sources.set(dataId, source);
      return source;
    });
  }

  private constant(dataId: object, dtype: string, shape: readonly number[]): number {
    try {
      return this.pool.add(dtype, shape, this.readSync(dataId) as Float32Array);
    } catch (error) {
      this.refuse(error instanceof Refusal ? error.message : `an input of an operation cannot be read (${error})`);
      return 0;
    }
  }
}
