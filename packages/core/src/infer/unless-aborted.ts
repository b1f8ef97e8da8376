/** Settles as the work does, or rejects with the signal's reason as soon as it aborts; then the work's own end is passed over. */
export async function unlessAborted<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  if (!signal) return work();
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  return Promise.race([work(), aborted]).finally(() => signal.removeEventListener('abort', stop));
}
