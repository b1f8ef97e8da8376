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
    result = call();
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
