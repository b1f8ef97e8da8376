import { type Initialiser, ModalkitError } from '@modalkit/contract';
import { hashName, philox4x32 } from '@modalkit/toolkit';
import type { WeightSpec } from './weight-spec.js';

/** A weight's first values, a function of (seed, name) alone and so equal on every backend. */
export function initialValues(spec: WeightSpec, seed: number): Float32Array {
  const { initialiser, name, shape } = spec;
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (initialiser.kind === 'values') {
    if (initialiser.values.length === size) return Float32Array.from(initialiser.values);
    throw new ModalkitError(
      'PLUGIN',
      `Weight "${name}" of shape [${shape}] was given ${initialiser.values.length} values; give ${size}.`,
    );
  }
  if (initialiser.kind === 'zeros') return new Float32Array(size);
  if (initialiser.kind === 'ones') return new Float32Array(size).fill(1);
  if (initialiser.kind === 'constant') return new Float32Array(size).fill(initialiser.value);
  return random(initialiser, size, seed, hashName(name));
}

function random(initialiser: Initialiser, size: number, seed: number, stream: number): Float32Array {
  const values = new Float32Array(size);
  const draw = distribution(initialiser);
  for (let index = 0; index < size; index += 2) {
    const [a, b] = philox4x32([index >>> 1, 0, stream, 0], [seed >>> 0, 0]);
    const [first, second] = draw((a + 0.5) * 2 ** -32, (b + 0.5) * 2 ** -32);
    values[index] = first;
    if (index + 1 < size) values[index + 1] = second;
  }
  return values;
}

/** Two numbers of a distribution from two uniform ones in (0, 1). */
function distribution(initialiser: Initialiser): (a: number, b: number) => [number, number] {
  const uniform =
    (limit: number) =>
    (a: number, b: number): [number, number] => [(2 * a - 1) * limit, (2 * b - 1) * limit];
  /** Box and Muller 1958. */
  const normal =
    (std: number) =>
    (a: number, b: number): [number, number] => {
      const radius = std * Math.sqrt(-2 * Math.log(a));
      return [radius * Math.cos(2 * Math.PI * b), radius * Math.sin(2 * Math.PI * b)];
    };
  if (initialiser.kind === 'normal') return normal(initialiser.std);
  if (initialiser.kind === 'he') return normal(Math.sqrt(2 / initialiser.fanIn));
  if (initialiser.kind === 'glorot') return uniform(Math.sqrt(6 / (initialiser.fanIn + initialiser.fanOut)));
  if (initialiser.kind === 'uniform') return uniform(initialiser.limit);
  throw new ModalkitError('PLUGIN', `An initialiser of kind "${initialiser.kind}" draws no random numbers.`);
}
