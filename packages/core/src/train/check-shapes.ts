import { type Aligned, type Fused, ModalkitError, type Tensor, type Term, type Tokens } from '@modalkit/contract';

/** Extents that a tensor must have; null for any. */
type Shape = readonly (number | null)[];

/** Refuses what a hook returned, by plugin and hook. No value is read: shapes are known while a step is recorded. */
export function checkTokens(who: string, hook: string, tokens: Tokens, rows: number, width: number | null): void {
  const length = tokens?.values?.shape?.[1] ?? null;
  check(who, hook, {
    values: [tokens?.values, [rows, null, width], 'float32'],
    valid: [tokens?.valid, [rows, length], 'bool'],
    hidden: [tokens?.hidden, [rows, length], 'bool'],
  });
}

export function checkAligned(who: string, aligned: Aligned, rows: number, width: number): void {
  checkTokens(who, 'align', aligned, rows, width);
  check(who, 'align', { pooled: [aligned.pooled, [rows, width], 'float32'] });
}

export function checkHidden(who: string, hidden: Tensor, like: Tensor): void {
  check(who, 'mask', { hidden: [hidden, like.shape, 'bool'] });
}

export function checkFused(who: string, fused: Fused, rows: number, width: number): void {
  check(who, 'fuse', {
    values: [fused?.values, [rows, null, width], 'float32'],
    valid: [fused?.valid, [rows, fused?.values?.shape?.[1] ?? null], 'bool'],
    pooled: [fused?.pooled, [rows, width], 'float32'],
  });
}

export function checkOutputs(who: string, outputs: Readonly<Record<string, Tensor>>): void {
  for (const [name, tensor] of Object.entries(outputs ?? {})) check(who, 'predict', { [name]: [tensor] });
  if (typeof outputs !== 'object' || outputs === null)
    fail(who, 'predict', 'its result', String(outputs), 'tensors by name');
}

export function checkTerms(who: string, terms: Readonly<Record<string, Term>>): void {
  for (const [name, term] of Object.entries(terms))
    check(who, 'terms', {
      [`${name}.sum`]: [term?.sum, [], 'float32'],
      [`${name}.count`]: [term?.count, [], 'float32'],
    });
}

function check(
  who: string,
  hook: string,
  parts: Readonly<Record<string, [Tensor | undefined, Shape?, string?]>>,
): void {
  for (const [name, [tensor, shape, dtype]] of Object.entries(parts)) {
    const wanted = `${dtype ?? ''} [${(shape ?? []).map((extent) => extent ?? 'any')}]`;
    if (!Array.isArray(tensor?.shape)) fail(who, hook, name, 'no tensor', shape ? wanted : 'a tensor');
    const fits =
      !shape ||
      (tensor.shape.length === shape.length &&
        shape.every((extent, at) => extent === null || extent === tensor.shape[at]));
    if (!fits || (dtype && tensor.dtype !== dtype)) fail(who, hook, name, `${tensor.dtype} [${tensor.shape}]`, wanted);
  }
}

function fail(who: string, hook: string, name: string, received: string, wanted: string): never {
  const message = `${who}: ${hook} gave ${name} as ${received}; it must be ${wanted}.`;
  throw new ModalkitError('PLUGIN', message, { hook });
}
