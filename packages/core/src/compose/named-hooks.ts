import { isModalkitError, ModalkitError } from '@modalkit/contract';
import { reasonOf } from '../data/failure.js';
import { inHook } from './hook-marks.js';

/** Hooks that run on samples have a guard of their own (`data/hook-guard.ts`), fitting and disposing name themselves. */
const GUARDED = new Set(['files', 'prepare', 'length', 'augment', 'collate', 'fit', 'fitPrepared', 'dispose']);

/** A plugin and where the config uses it. */
export interface Owner {
  readonly slot: string;
  readonly plugin: string;
}

/** The same part of a project; while one of its functions runs, its mark says so, and what it throws names it. */
export function nameHooks<T extends object>(part: T, owner: Owner, path = ''): T {
  const named: T = Object.create(part);
  for (const key of keysOf(part)) {
    const value = Reflect.get(part, key);
    const get = () => Reflect.get(part, key);
    if (typeof value === 'function' && !GUARDED.has(key)) {
      const hook = (...args: unknown[]) => callHook(owner, path + key, () => value.apply(part, args));
      Object.defineProperty(named, key, { value: hook, enumerable: true });
    } else if (holdsFunctions(value)) {
      Object.defineProperty(named, key, { value: nameHooks(value, owner, `${path}${key}.`), enumerable: true });
    } else Object.defineProperty(named, key, { get, enumerable: true });
  }
  return named;
}

/** Calls a plugin's code. @throws ModalkitError PLUGIN that names plugin and hook, or the plugin's own sentence */
export function callHook<T>(owner: Owner, hook: string, call: () => T): T {
  try {
    const result = inHook({ ...owner, hook }, call);
    if (!(result instanceof Promise)) return result;
    return result.catch((error) => {
      throw hookError(owner, hook, error);
    }) as T;
  } catch (error) {
    throw hookError(owner, hook, error);
  }
}

function hookError({ slot, plugin }: Owner, hook: string, thrown: unknown): ModalkitError {
  if (isModalkitError(thrown) && (thrown.code !== 'PLUGIN' || thrown.details.hook)) return thrown;
  const message = `${plugin} (${slot}): ${hook} failed: ${reasonOf(thrown).replace(/\.$/, '')}.`;
  return new ModalkitError('PLUGIN', message, { slot, plugin, hook }, thrown);
}

/** Own ones and those of its classes. */
function keysOf(part: object): Set<string> {
  const keys = new Set<string>();
  for (let at = part; at && at !== Object.prototype; at = Object.getPrototypeOf(at))
    for (const key of Object.getOwnPropertyNames(at)) if (key !== 'constructor') keys.add(key);
  return keys;
}

function holdsFunctions(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.values(value).some((each) => typeof each === 'function');
}
