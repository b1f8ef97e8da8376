/** Milliseconds between two lines, on a terminal and in a log. */
const EVERY = { terminal: 250, log: 10_000 };

/**
 * Says how far a task is, how fast it goes and when it will be done; nothing when it takes less than one interval.
 * @param {string} task `films`
 * @param {number} total
 * @param {NodeJS.WriteStream} [out]
 */
export function progress(task, total, out = process.stdout) {
  const began = performance.now();
  let [done, said] = [0, began];
  const say = (end) => {
    const seconds = (performance.now() - began) / 1000;
    const rate = done / seconds;
    const left = Math.ceil((total - done) / rate);
    const line = `data: ${task} ${done} of ${total}, ${rate.toFixed(1)} a second, ${left} s left`;
    out.write(out.isTTY ? `\r\x1b[K${line}${end ? '\n' : ''}` : `${line}\n`);
  };
  return {
    step() {
      done += 1;
      const now = performance.now();
      if (now - said < (out.isTTY ? EVERY.terminal : EVERY.log)) return;
      said = now;
      say(false);
    },
    end: () => said > began && say(true),
  };
}
