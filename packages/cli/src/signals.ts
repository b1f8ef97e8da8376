const CODES: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** Asks for a clean stop on the first signal and quits at once on the second. */
export function stopOnSignals(say: (line: string) => void): { readonly signal: AbortSignal; exitCode(): number } {
  const controller = new AbortController();
  let code = 0;
  for (const name of Object.keys(CODES) as NodeJS.Signals[]) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(CODES[name]);
      code = CODES[name]!;
      say('Stopping: finishing this step and saving it. Once more quits at once.');
      controller.abort();
    });
  }
  return { signal: controller.signal, exitCode: () => code };
}
