import { createHash } from 'node:crypto';
import type { GraphInfo, Program, Tf } from '@modalkit/contract';
import type { NativeKernels } from '../native-kernels.js';
import { compareRecordings } from './compare-recordings.js';
import { encodeSavedModel } from './encode-saved-model.js';
import { graphOf } from './graph.js';
import { GraphSession } from './graph-session.js';
import { dropGraph, type GraphOnDisk, readGraph, writeGraph } from './graph-store.js';
import { plainProducts } from './plain-products.js';
import { feedsOf, recordProgram } from './record-program.js';
import { leavesOf, treeOf } from './tensor-tree.js';
import { varyInputs } from './vary-inputs.js';

/** Of the graphs that are kept: raised when the way from a program to its graph changes. */
const FORMAT = 4;

/** A program captured for the shapes of one example. */
export interface CapturedStep<I extends object, O extends object> {
  /** @throws Refusal when TensorFlow doesn't run its graph: the state is then as it was */
  run(inputs: I): O;
  info(): GraphInfo;
  dispose(): void;
}

/** What a program is captured on. */
export interface CaptureOptions {
  readonly tf: Tf;
  readonly kernels: NativeKernels;
  /** Told in a sentence when a kept graph is refused. */
  notice(sentence: string): void;
}

/**
 * Makes a program one graph: a kept one of the same code and shapes, or what it does on an example, recorded twice. Its state is
 * afterwards as it was before.
 * @throws Refusal when it can't be captured
 */
export function captureStep<I extends object, O extends object>(
  program: Program<I, O>,
  example: I,
  options: CaptureOptions,
): CapturedStep<I, O> {
  const { tf, kernels, notice } = options;
  const began = performance.now();
  const key = keyOf(program, example, [kernels.binding.TF_Version, ...kernelNames(tf)]);
  const kept = key === undefined ? undefined : readGraph(key, notice);
  const graph = kept ?? writeGraph(key, ...record(program, example, options));
  const recorded = performance.now();
  const { about, bytes, folder } = graph;
  const session = openSession(kernels, graph, folder);
  const loaded = performance.now();
  let runs = 0;
  let firstRunMs = 0;
  return {
    run(inputs) {
      const start = performance.now();
      const results = session.run(feedsOf(program, inputs));
      if (runs++ === 0) firstRunMs = performance.now() - start;
      program.state?.write(treeOf(about.state, results.slice(about.outputs.length)));
      return treeOf(about.outputs, results) as O;
    },
    info: () => ({
      nodes: about.nodes,
      bytes,
      kept: kept !== undefined,
      recordMs: recorded - began,
      loadMs: loaded - recorded,
      firstRunMs,
      runs,
    }),
    dispose: () => session.dispose(),
  };
}

function openSession(kernels: NativeKernels, graph: GraphOnDisk, folder: string): GraphSession {
  try {
    return new GraphSession(kernels, folder, graph.about);
  } finally {
    dropGraph(graph);
  }
}

/** Layers ask which there are, and not every machine that shares a cache has the same. */
const kernelNames = (tf: Tf) =>
  tf
    .getKernelsForBackend(tf.getBackend())
    .map(({ kernelName }) => kernelName)
    .sort();

/** Of all that a graph follows from; undefined for a program that does not say what it follows from. */
function keyOf(program: Program<never>, example: object, backend: readonly string[]): string | undefined {
  if (program.identity === undefined) return undefined;
  const names = leavesOf(example).map(({ path }) => path);
  const shapes = feedsOf(program, example).map(({ dtype, shape }) => [dtype, shape]);
  const all = JSON.stringify([FORMAT, backend, program.name, program.identity, names, shapes]);
  return createHash('sha256').update(all).digest('hex');
}

function record<I extends object, O extends object>(
  program: Program<I, O>,
  example: I,
  { tf, kernels }: CaptureOptions,
): [model: Uint8Array, about: GraphOnDisk['about']] {
  const { recording, outputs, state } = recordProgram(tf, kernels, program, example);
  const varied = varyInputs(tf, example);
  try {
    compareRecordings(recording, recordProgram(tf, kernels, program, varied).recording);
  } finally {
    tf.dispose(varied as never);
  }
  const { nodes, feeds, results } = graphOf(
    kernels.binding,
    plainProducts(kernels.binding, recording),
    feedsOf(program, example),
  );
  return [encodeSavedModel(nodes), { nodes: nodes.length, feeds, results, outputs, state }];
}
