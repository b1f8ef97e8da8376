import { ModalkitError } from '@modalkit/contract';

/** @throws ModalkitError USAGE when a flag is given and is no whole number above 0 */
export function wholeNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new ModalkitError('USAGE', `${flag} ${text}: give a whole number above 0.`);
}

/** @throws ModalkitError USAGE when a flag is given and is no number above 0 */
export function positiveNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new ModalkitError('USAGE', `${flag} ${text}: give a number above 0.`);
}

/** @throws ModalkitError USAGE when a share is not above 0 and at most 1 */
export function shareOf(flag: string, text: string): number {
  const value = positiveNumber(flag, text)!;
  if (value <= 1) return value;
  throw new ModalkitError('USAGE', `${flag} ${text}: give a number above 0 and at most 1.`);
}

/** A speed of replay: a number above 0, or `max` for as fast as it is taken. @throws ModalkitError USAGE */
export function speedOf(text: string): number {
  return text === 'max' ? Number.POSITIVE_INFINITY : positiveNumber('--speed', text)!;
}
