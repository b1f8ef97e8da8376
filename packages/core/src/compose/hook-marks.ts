import { AsyncLocalStorage } from 'node:async_hooks';

/** Which hook of which plugin this thread is in. */
export interface HookMark {
  /** Where the config uses the plugin: `inputs/front`, `fusion`. */
  readonly slot: string;
  readonly plugin: string;
  readonly hook: string;
  /** Seconds it may take, where it has a limit of its own. */
  readonly limit?: number;
}

/** Told of the hook that was entered last and has not returned, anew whenever it comes on; undefined between hooks. */
export type HookWatch = (mark: HookMark | undefined) => void;

/** In the order they were entered: hooks that wait may overlap. */
const open = new Set<HookMark>();
let watch: HookWatch | undefined;
/** Follows what a hook has begun past its end, while hooks are watched. */
const begun = new AsyncLocalStorage<HookMark>();

/** Follows the hooks of this thread, so that one that never returns or ends the process can be named from outside. */
export function watchHooks(tell: HookWatch): () => void {
  watch = tell;
  return () => {
    watch = undefined;
  };
}

/** Calls a hook under a mark, which stands until it returns or settles. */
export function inHook<T>(mark: HookMark, call: () => T): T {
  const own = { ...mark };
  open.add(own);
  watch?.(own);
  const leave = () => {
    open.delete(own);
    comesOn();
  };
  let result: T;
  try {
    result = watch ? begun.run(own, call) : call();
  } catch (error) {
    leave();
    throw error;
  }
  if (result instanceof Promise) return result.finally(leave) as T;
  leave();
  return result;
}

/** A long hook has been seen at work: its time begins anew. */
export function comesOn(): void {
  watch?.([...open].at(-1));
}

/** The hook that began what runs now, in a handler of `unhandledRejection` too, while hooks are watched. */
export function beganIn(): HookMark | undefined {
  return begun.getStore();
}

/** `encode of @you/thermal (inputs/front)` */
export function nameHook({ hook, plugin, slot }: HookMark): string {
  return `${hook} of ${plugin} (${slot})`;
}
