import type { Tensor } from '@modalkit/contract';
import { isOutOfMemory } from '@modalkit/toolkit';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { NativeKernels } from '../native-kernels.js';
import type { Graph } from './graph.js';
import { Refusal } from './refusal.js';

/** What TensorFlow's loader asks for. */
export const TAG = 'serve';

/** A graph loaded into TensorFlow. */
export class GraphSession {
  private readonly kernels: NativeKernels;
  private readonly id: number;
  private readonly feeds: readonly { readonly index: number; readonly name: string }[];
  private readonly infos: readonly { readonly name: string; readonly tfDtype: string }[];
  private readonly results: readonly string[];

  /** @param folder holds the graph as a SavedModel */
  constructor(kernels: NativeKernels, folder: string, { feeds, results }: Pick<Graph, 'feeds' | 'results'>) {
    this.kernels = kernels;
    this.feeds = feeds;
    // The type matters to tfjs only where a tensor must be converted, and none of ours must.
    this.infos = feeds.map(({ name }) => ({ name: `${name}:0`, tfDtype: '' }));
    this.results = results;
    try {
      this.id = kernels.loadSavedModelMetaGraph(folder, TAG);
    } catch (error) {
      throw new Refusal(`TensorFlow does not take its graph (${firstLine(error)})`);
    }
  }

  /** Tensors go in and come out by reference: on the CPU none is copied. @throws Refusal when it fails, but not for want of memory */
  run(feeds: readonly TensorInfo[]): Tensor[] {
    const inputs = this.feeds.map(({ index }) => feeds[index]!);
    try {
      return this.kernels.runSavedModel(this.id, inputs, this.infos, this.results) as Tensor[];
    } catch (error) {
      if (isOutOfMemory(error)) throw error;
      throw new Refusal(`TensorFlow does not run its graph (${firstLine(error)})`);
    }
  }

  dispose(): void {
    this.kernels.deleteSavedModel(this.id);
  }
}

function firstLine(error: unknown): string {
  return (error as Error).message.split('\n')[0]!;
}
