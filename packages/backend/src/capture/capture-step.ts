import type { GraphInfo, Program, Tf } from '@modalkit/contract';
import type { NativeKernels } from '../native-kernels.js';
import { compareRecordings } from './compare-recordings.js';
import { graphOf } from './graph.js';
import { GraphSession } from './graph-session.js';
import { feedsOf, recordProgram } from './record-program.js';
import { treeOf } from './tensor-tree.js';
import { varyInputs } from './vary-inputs.js';
import { writeSavedModel } from './write-saved-model.js';

/** A program captured for the shapes of one example. */
export interface CapturedStep<I extends object, O extends object> {
  run(inputs: I): O;
  info(): GraphInfo;
  dispose(): void;
}

/** What a program is captured on. */
export interface CaptureOptions {
  readonly tf: Tf;
  readonly kernels: NativeKernels;
  /** An empty folder, for TensorFlow to read the graph from. */
  readonly folder: string;
}

/**
 * Records a program twice, on an example and on that example varied, and loads what it did as one graph. Its state is afterwards
 * as it was before.
 * @throws Refusal when it can't be captured
 */
export function captureStep<I extends object, O extends object>(
  program: Program<I, O>,
  example: I,
  { tf, kernels, folder }: CaptureOptions,
): CapturedStep<I, O> {
  const began = performance.now();
  const { recording, outputs, state } = recordProgram(tf, kernels, program, example);
  const varied = varyInputs(tf, example);
  try {
    compareRecordings(recording, recordProgram(tf, kernels, program, varied).recording);
  } finally {
    tf.dispose(varied as never);
  }
  const graph = graphOf(kernels.binding, recording, feedsOf(program, example));
  const recorded = performance.now();
  const bytes = writeSavedModel(folder, graph.nodes);
  const session = new GraphSession(kernels, folder, graph);
  const loaded = performance.now();
  let runs = 0;
  let firstRunMs = 0;
  return {
    run(inputs) {
      const start = performance.now();
      const results = session.run(feedsOf(program, inputs));
      if (runs++ === 0) firstRunMs = performance.now() - start;
      program.state?.write(treeOf(state, results.slice(outputs.length)));
      return treeOf(outputs, results) as O;
    },
    info: () => ({
      nodes: graph.nodes.length,
      bytes,
      recordMs: recorded - began,
      loadMs: loaded - recorded,
      firstRunMs,
      runs,
    }),
    dispose: () => session.dispose(),
  };
}
