/** Tells when nothing has come from a stream for some seconds: once, until something comes again. */
export interface SilenceWatch {
  heard(name: string): void;
  /** A stream that is over is not silent. */
  over(name: string): void;
  close(): void;
}

/** @param limit seconds of silence that are told */
export function silenceWatch(
  names: readonly string[],
  limit: number,
  now: () => number,
  tell: (name: string, seconds: number) => void,
): SilenceWatch {
  const last = new Map(names.map((name) => [name, now()]));
  const told = new Set<string>();
  const timer = setInterval(() => {
    for (const [name, heard] of last) {
      const seconds = now() - heard;
      if (seconds < limit || told.has(name)) continue;
      told.add(name);
      tell(name, seconds);
    }
  }, 250);
  return {
    heard: (name) => {
      last.set(name, now());
      told.delete(name);
    },
    over: (name) => {
      last.delete(name);
    },
    close: () => clearInterval(timer),
  };
}
