/** Seconds by which the date of a session's beginning must move for it to be told. */
const LEAST = 1;

/** Tells by how many seconds the computer's date was set since it was asked last; undefined when it was not. */
export function clockWatch(began: () => Date): () => number | undefined {
  let before = began().getTime();
  return () => {
    const now = began().getTime();
    const seconds = (now - before) / 1000;
    if (Math.abs(seconds) < LEAST) return undefined;
    before = now;
    return seconds;
  };
}
