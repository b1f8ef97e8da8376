import { createHash } from 'node:crypto';
import { Refusal } from './refusal.js';

/** A tensor of host values that is part of the program. */
export interface Constant {
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array | Uint8Array;
  /** All values are equal and only one is kept. */
  readonly filled: boolean;
}

/** The constants of a recording, each once. */
export class ConstantPool {
  readonly constants: Constant[] = [];
  private readonly byKey = new Map<string, number>();

  /** Index of the constant with these values. */
  add(dtype: string, shape: readonly number[], values: ArrayLike<number>): number {
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
      throw new Refusal(`it has a constant of ${dtype}`);
    const filled = isFilled(values);
    const kept = typed(dtype, filled ? [values[0]!] : values);
    const key = JSON.stringify([dtype, shape, filled, createHash('sha256').update(kept).digest('base64')]);
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    this.byKey.set(key, this.constants.length);
    return this.constants.push({ dtype, shape: [...shape], values: kept, filled }) - 1;
  }
}

function isFilled(values: ArrayLike<number>): boolean {
  for (let at = 1; at < values.length; at++) if (!Object.is(values[at], values[0])) return false;
  return values.length > 1;
}

/** A copy: what is recorded may be let go. */
function typed(dtype: Constant['dtype'], values: ArrayLike<number>): Constant['values'] {
  if (dtype === 'float32') return Float32Array.from(values);
  return dtype === 'int32' ? Int32Array.from(values) : Uint8Array.from(values);
}
