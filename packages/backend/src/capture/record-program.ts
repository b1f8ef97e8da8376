import type { Program, Tensor, Tf } from '@modalkit/contract';
import type { NativeKernels } from '../native-kernels.js';
import { Recorder } from './recorder.js';
import type { Recording } from './recording.js';
import { leavesOf, treeOf } from './tensor-tree.js';

/** A recorded program and how its tensors are nested. */
export interface RecordedProgram {
  /** Its feeds are what `feedsOf` gives; its results are the outputs and then the new state. */
  readonly recording: Recording;
  readonly outputs: readonly (readonly string[])[];
  readonly state: readonly (readonly string[])[];
}

/** Everything that a run of a program reads, in one order: inputs, constants, state. */
export function feedsOf(program: Program<never>, inputs: object): Tensor[] {
  const trees = [inputs, program.constants(), program.state?.read() ?? {}];
  return trees.flatMap((tree) => leavesOf(tree)).map(({ tensor }) => tensor);
}

/** Runs a program on an example and notes what it does; its state is put back afterwards. @throws Refusal */
export function recordProgram<I extends object, O extends object>(
  tf: Tf,
  kernels: NativeKernels,
  program: Program<I, O>,
  example: I,
): RecordedProgram {
  const recorder = new Recorder(kernels, feedsOf(program, example));
  const before = leavesOf(program.state?.read() ?? {});
  const kept = before.map(({ tensor }) => tf.keep(tf.clone(tensor)));
  tf.engine().startScope();
  try {
    let made: object = {};
    recorder.record(() => {
      made = program.run(example);
    });
    const outputs = leavesOf(made);
    const state = leavesOf(program.state?.read() ?? {});
    const recording = recorder.finish([...outputs, ...state].map(({ tensor }) => tensor));
    return { recording, outputs: outputs.map(({ path }) => path), state: state.map(({ path }) => path) };
  } finally {
    tf.engine().endScope();
    const paths = before.map(({ path }) => path);
    program.state?.write(treeOf(paths, kept));
    recorder.dispose();
  }
}
