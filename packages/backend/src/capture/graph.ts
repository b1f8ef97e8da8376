import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { NativeBinding } from '../native-kernels.js';
import type { Constant } from './constant-pool.js';
import { dataType, nodeAttributes } from './node-attributes.js';
import type { Recording, Source } from './recording.js';
import { DATA_TYPES, type NodeMessage, type ShapeMessage } from './saved-model-messages.js';

/** A recording as TensorFlow's graph. */
export interface Graph {
  readonly nodes: readonly NodeMessage[];
  /** Which of the feeds the graph needs, and the names of their nodes. */
  readonly feeds: readonly { readonly index: number; readonly name: string }[];
  /** Names of the nodes that give the results. */
  readonly results: readonly string[];
}

/** Where a tensor message holds the one value that fills a shape. */
const FILLS = { float32: 'floatVal', int32: 'intVal', bool: 'boolVal' } as const;

/**
 * Lays out the nodes that the results need, those that feed them first. Each operation waits for the one before it, as when
 * it was recorded. Left to itself, TensorFlow runs what the way back makes of old tensors on the way forth already, or takes
 * it from there, and holds it until then.
 */
export function graphOf(binding: NativeBinding, recording: Recording, feeds: readonly TensorInfo[]): Graph {
  const needed = neededBy(recording);
  const used = [...feeds.entries()].filter(([index]) => needed.has(nameOf({ kind: 'feed', index })));
  const placeholders = used.map(([index, { dtype, shape }]) =>
    node(nameOf({ kind: 'feed', index }), 'Placeholder', [], {
      dtype: { type: dataType(dtype) },
      shape: { shape: shapeMessage(shape) },
    }),
  );
  const constants = [...recording.constants.entries()]
    .filter(([index]) => needed.has(nameOf({ kind: 'constant', index })))
    .map(([index, constant]) => constantNode(index, constant));
  const order = [...recording.ops.keys()].filter((index) => needed.has(nameOf({ kind: 'op', index, output: 0 })));
  const ops = order.map((index, at) => {
    const op = recording.ops[index]!;
    const after = at === 0 ? [] : [`^op${order[at - 1]}`];
    return node(`op${index}`, op.op, [...op.inputs.map(reference), ...after], nodeAttributes(binding, op));
  });
  const passed = [...recording.results.entries()]
    .filter(([, source]) => source.kind !== 'op')
    .map(([index, source]) => {
      const { dtype } = source.kind === 'feed' ? feeds[source.index]! : recording.constants[source.index]!;
      return node(`result${index}`, 'Identity', [reference(source)], { T: { type: dataType(dtype) } });
    });
  return {
    nodes: [...placeholders, ...constants, ...ops, ...passed],
    feeds: used.map(([index]) => ({ index, name: nameOf({ kind: 'feed', index }) })),
    // What is fed can't be fetched as it is.
    results: recording.results.map((source, index) => (source.kind === 'op' ? reference(source) : `result${index}:0`)),
  };
}

/** Names of the nodes that the results depend on. */
function neededBy({ ops, results }: Recording): ReadonlySet<string> {
  const needed = new Set(results.map(nameOf));
  for (let index = ops.length - 1; index >= 0; index--) {
    if (!needed.has(nameOf({ kind: 'op', index, output: 0 }))) continue;
    for (const source of ops[index]!.inputs) needed.add(nameOf(source));
  }
  return needed;
}

function nameOf(source: Source): string {
  return `${source.kind}${source.index}`;
}

function reference(source: Source): string {
  return source.kind === 'op' ? `${nameOf(source)}:${source.output}` : nameOf(source);
}

function node(name: string, op: string, input: readonly string[], attr: NodeMessage['attr']): NodeMessage {
  return { name, op, input, attr };
}

function constantNode(index: number, { dtype, shape, values, filled }: Constant): NodeMessage {
  const number = DATA_TYPES[dtype];
  const { buffer, byteOffset, byteLength } = values;
  const content = filled
    ? { [FILLS[dtype]]: [...values] }
    : { tensorContent: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength) };
  const tensor = { dtype: number, tensorShape: shapeMessage(shape), ...content };
  return node(nameOf({ kind: 'constant', index }), 'Const', [], { dtype: { type: number }, value: { tensor } });
}

function shapeMessage(shape: readonly number[]): ShapeMessage {
  return { dim: shape.map((size) => ({ size })) };
}
