import type { NativeBinding, OpAttribute } from '../native-kernels.js';
import type { RecordedOp } from './recording.js';
import { Refusal } from './refusal.js';
import { type AttrValue, DATA_TYPES } from './saved-model-messages.js';

/** Attributes that tfjs leaves to be inferred from an input and that a graph must state: attribute and number of the input. */
const INFERRED: Readonly<Record<string, readonly [string, number]>> = { ExpandDims: ['T', 0] };

/** The attributes of a recorded operation as a graph states them. @throws Refusal */
export function nodeAttributes(binding: NativeBinding, op: RecordedOp): Record<string, AttrValue> {
  const given = op.attributes.map((attribute) => [attribute.name, attrValue(binding, op.op, attribute)] as const);
  const stated = Object.fromEntries(given);
  const [name, input] = INFERRED[op.op] ?? [];
  if (!name || stated[name]) return stated;
  return { ...stated, [name]: { type: dataType(op.inputTypes[input!]!) } };
}

/** TensorFlow's number of a data type. @throws Refusal */
export function dataType(dtype: string): number {
  const number = DATA_TYPES[dtype as keyof typeof DATA_TYPES];
  if (number === undefined) throw new Refusal(`it has tensors of ${dtype}`);
  return number;
}

function attrValue(binding: NativeBinding, op: string, { name, type, value }: OpAttribute): AttrValue {
  const many = Array.isArray(value);
  switch (type) {
    case binding.TF_ATTR_INT:
      return many ? { list: { i: value } } : { i: value as number };
    case binding.TF_ATTR_FLOAT:
      return many ? { list: { f: value } } : { f: value as number };
    case binding.TF_ATTR_BOOL:
      return many ? { list: { b: value } } : { b: value as boolean };
    case binding.TF_ATTR_TYPE:
      return many ? { list: { type: value } } : { type: value as number };
    case binding.TF_ATTR_STRING:
      if (typeof value === 'string') return { s: Buffer.from(value) };
  }
  throw new Refusal(`${op} has an attribute "${name}" of a kind that is not captured`);
}
