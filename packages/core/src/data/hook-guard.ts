import { ModalkitError } from '@modalkit/contract';
import { type HookMark, inHook } from '../compose/hook-marks.js';
import type { DataProject } from './data-project.js';

/** The hooks of an adapter that run on samples, in the order of a sample's life. */
export const HOOKS = ['validate', 'files', 'prepare', 'length', 'augment', 'collate'] as const;
export type Hook = (typeof HOOKS)[number];

/** Which call is under way. */
export interface HookPlace {
  readonly input: string;
  readonly hook: Hook;
  /** Row of the sample in its job; -1 when the call is for the whole batch. */
  readonly row: number;
}

/** Calls a hook under supervision. */
export type HookGuard = <T>(place: HookPlace, call: () => T | Promise<T>) => Promise<T>;

/** What a hook that runs on a sample is marked by. */
export function markOf(inputs: DataProject['inputs'], { input, hook }: HookPlace): HookMark {
  return { slot: `inputs/${input}`, plugin: inputs[input]!.adapter.id, hook };
}

/**
 * The guard of the main thread: a call that does not settle in time is given up. It cannot end a loop that never
 * yields; a worker can be ended, so there the pool watches.
 */
export function timedGuard({ data: { timeLimit: limit }, inputs }: Pick<DataProject, 'data' | 'inputs'>): HookGuard {
  return async (place, call) => {
    const result = inHook({ ...markOf(inputs, place), limit }, call);
    if (!(result instanceof Promise)) return result;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(overtime(place.hook, limit)), limit * 1000);
    });
    return Promise.race([result, late]).finally(() => clearTimeout(timer));
  };
}

/** The error of a hook that took longer than `limit` seconds. */
export function overtime(hook: string, limit: number): ModalkitError {
  return new ModalkitError('PLUGIN', `${hook} did not return within ${limit} s; raise data.timeLimit or mend it`);
}
