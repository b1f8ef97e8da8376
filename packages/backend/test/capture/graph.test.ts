import { expect, test } from 'vitest';
import { graphOf } from '../../src/capture/graph.js';
import type { RecordedOp, Source } from '../../src/capture/recording.js';
import type { NativeBinding } from '../../src/native-kernels.js';

const feed: Source = { kind: 'feed', index: 0 };
const from = (index: number): Source => ({ kind: 'op', index, output: 0 });
const operation = (op: string, ...inputs: Source[]): RecordedOp => ({
  ...{ op, inputs, attributes: [] },
  ...{ inputTypes: inputs.map(() => 'float32'), ranks: inputs.map(() => 1) },
});

test('each operation waits for the one before it; what no result needs is left out', () => {
  const ops = [
    operation('Erf', feed),
    operation('Exp', feed),
    operation('Square', from(0)),
    operation('Erf', feed), // the same as the first, to be made when it is wanted
    operation('Add', from(2), from(3)),
  ];
  const recording = { ops, constants: [], results: [from(4)] };
  const { nodes, results } = graphOf({} as NativeBinding, recording, [{ dtype: 'float32', shape: [2] } as never]);
  expect(nodes.map(({ name, op, input }) => [name, op, ...input])).toEqual([
    ['feed0', 'Placeholder'],
    ['op0', 'Erf', 'feed0'],
    ['op2', 'Square', 'op0:0', '^op0'],
    ['op3', 'Erf', 'feed0', '^op2'],
    ['op4', 'Add', 'op2:0', 'op3:0', '^op3'],
  ]);
  expect(results).toEqual(['op4:0']);
});
