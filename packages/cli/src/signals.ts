import { quit } from './quit.js';

const CODES: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * Asks for a clean stop on the first signal, which the exit code then tells, and quits at once on the second.
 * @param doing what a stop does first
 */
export function stopOnSignals(say: (line: string) => void, doing = 'finishing this step and saving it'): AbortSignal {
  const controller = new AbortController();
  for (const name of Object.keys(CODES) as NodeJS.Signals[]) {
    process.on(name, () => {
      if (controller.signal.aborted) quit(CODES[name]);
      process.exitCode = CODES[name];
      say(`Stopping: ${doing}. Once more quits at once.`);
      controller.abort();
    });
  }
  return controller.signal;
}
