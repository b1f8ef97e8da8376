import type { Tensor } from '@modalkit/contract';

/** A tensor of a nested object and the keys that lead to it. */
export interface Leaf {
  readonly path: readonly string[];
  readonly tensor: Tensor;
}

/** The tensors of a nested object, in its order; what is undefined is passed over. */
export function leavesOf(tree: object, path: readonly string[] = []): Leaf[] {
  return Object.entries(tree).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const here = [...path, key];
    return isTensor(value) ? [{ path: here, tensor: value }] : leavesOf(value as object, here);
  });
}

/** A nested object with a tensor at the end of each path. */
export function treeOf(paths: readonly (readonly string[])[], tensors: readonly Tensor[]): object {
  const tree: Record<string, unknown> = {};
  paths.forEach((path, index) => {
    let place = tree;
    for (const key of path.slice(0, -1)) {
      place[key] ??= {};
      place = place[key] as Record<string, unknown>;
    }
    place[path.at(-1)!] = tensors[index];
  });
  return tree;
}

/** A nested object with other tensors in their places; what is no tensor stays. */
export function mapTensors<T extends object>(tree: T, change: (tensor: Tensor) => Tensor): T {
  const changed = (value: unknown): unknown => {
    if (isTensor(value)) return change(value);
    return typeof value === 'object' && value !== null ? mapTensors(value, change) : value;
  };
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, changed(value)])) as T;
}

function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'dataId' in value;
}
