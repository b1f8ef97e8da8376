import { serialize } from 'node:v8';
import type { HostArrays, Tensor } from '@modalkit/contract';

/** The numbers of a tensor. */
export const numbersOf = (tensor: Tensor): number[] => Array.from(tensor.dataSync());

/** Largest difference of two lists of numbers, relative to their largest number where that is above 1. */
export function differenceOf(one: ArrayLike<number>, other: ArrayLike<number>): number {
  if (one.length !== other.length) return Number.POSITIVE_INFINITY;
  let [difference, scale] = [0, 1];
  for (let index = 0; index < one.length; index++) {
    const [a, b] = [one[index]!, other[index]!];
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, Math.abs(a - b));
    scale = Math.max(scale, Math.abs(a));
  }
  return difference / scale;
}

/** Beyond this a difference is no rounding. */
export const ROUNDING = 2e-5;

/** Plain data as bytes: equal for equal data. @throws Error for what cannot be sent to a worker */
export const bytesOf = (value: unknown): string => serialize(value).toString('base64');

/** The name of the first array in which two collated batches differ. */
export function arrayThatDiffers(one: HostArrays, other: HostArrays): string | undefined {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return names.find((name) => {
    const [a, b] = [one[name], other[name]];
    return a?.dtype !== b?.dtype || String(a?.shape) !== String(b?.shape) || !sameData(a?.data, b?.data);
  });
}

function sameData(a: ArrayLike<number> | undefined, b: ArrayLike<number> | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && Array.prototype.every.call(a, (value, index) => Object.is(value, b[index]));
}
