import { ModalkitError } from '@modalkit/contract';
import { isReservedName } from './reserved-name.js';

const STEM = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Name of the folder of a step. */
export function stepFolder(step: number): string {
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new ModalkitError('CHECKPOINT', `A checkpoint's step must be a whole number from 0, not ${step}.`);
  }
  return `step-${String(step).padStart(8, '0')}`;
}

/** The step of a folder's name, or undefined for any other name. */
export function stepOfFolder(name: string): number | undefined {
  const step = Number(/^step-([0-9]{8,16})$/.exec(name)?.[1]);
  return Number.isSafeInteger(step) && stepFolder(step) === name ? step : undefined;
}

/** True for the name of a file that a checkpoint may hold beside its manifest. */
export function isContentFile(name: string): boolean {
  const [, stem, kind] = /^([^.]{1,64})\.(safetensors|json)$/.exec(name) ?? [];
  return stem !== undefined && STEM.test(stem) && !isReservedName(stem) && !(stem === 'manifest' && kind === 'json');
}
