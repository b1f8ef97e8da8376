import type { Program, ReadyProgram, Tf } from '@modalkit/contract';
import { isOutOfMemory } from '@modalkit/toolkit';
import type { NativeKernels } from '../native-kernels.js';
import { type CapturedStep, captureStep } from './capture-step.js';
import { Refusal } from './refusal.js';
import { leavesOf } from './tensor-tree.js';

/** Graphs that a program has at a time. */
const BUDGET = 24;

/**
 * A program that runs as one static graph for each set of its inputs' shapes, captured when they first come. When one can't be
 * captured, or its graph not run, or shapes keep changing, it runs operation by operation from then on, and says why.
 */
export function captureProgram<I extends object, O extends object>(
  { tf, kernels }: { readonly tf: Tf; readonly kernels: NativeKernels },
  program: Program<I, O>,
  notice: (sentence: string) => void,
): ReadyProgram<I, O> {
  /** The one used longest ago stands first. */
  const steps = new Map<string, CapturedStep<I, O>>();
  let dropped = 0;
  let reason: string | undefined;

  const drop = (key: string) => {
    steps.get(key)!.dispose();
    steps.delete(key);
  };
  const runEagerly = (why: string) => {
    reason = why;
    notice(`The ${program.name} runs operation by operation, which is slower: ${why.replace(/\.$/, '')}.`);
    for (const key of [...steps.keys()]) drop(key);
  };
  const capture = (inputs: I) => {
    const step = captureStep(program, inputs, { tf, kernels, notice });
    if (steps.size === BUDGET) {
      drop(steps.keys().next().value!);
      dropped += 1;
    }
    return step;
  };
  const stepFor = (inputs: I): CapturedStep<I, O> | undefined => {
    const key = JSON.stringify(leavesOf(inputs).map(({ path, tensor }) => [path, tensor.dtype, tensor.shape]));
    const known = steps.get(key);
    if (known) steps.delete(key);
    if (!known && dropped === BUDGET) {
      runEagerly(`its shapes are more than ${BUDGET} and keep changing`);
      return undefined;
    }
    try {
      const step = known ?? capture(inputs);
      steps.set(key, step);
      return step;
    } catch (error) {
      if (isOutOfMemory(error)) throw error;
      runEagerly((error as Error).message);
      return undefined;
    }
  };
  return {
    run(inputs) {
      const step = reason === undefined ? stepFor(inputs) : undefined;
      if (!step) return program.run(inputs);
      try {
        return step.run(inputs);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        runEagerly(error.message);
        return program.run(inputs);
      }
    },
    info: () => ({
      mode: reason === undefined ? 'captured' : 'eager',
      reason,
      graphs: [...steps.values()].map((step) => step.info()),
    }),
    dispose: () => {
      for (const key of [...steps.keys()]) drop(key);
    },
  };
}
