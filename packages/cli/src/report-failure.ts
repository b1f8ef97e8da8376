import { isModalkitError } from '@modalkit/contract';
import { CommanderError } from 'commander';

/** Exit codes by what went wrong; 1 for all else. Signals exit with 128 + their number. */
const EXIT_CODES: Readonly<Record<string, number>> = {
  USAGE: 2,
  CONFIG: 3,
  OPTIONS: 3,
  COMPOSE: 3,
  DATA: 4,
  SAMPLE: 4,
  BUDGET: 4,
  CHECKPOINT: 5,
  LOCKED: 6,
  DISK: 7,
  LOSS: 8,
  BACKEND: 9,
};

/** Says on stderr what went wrong, in one sentence where it is ours, and returns the exit code. */
export function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (isModalkitError(error)) {
    process.stderr.write(`modalkit: ${error.message}\n`);
    if (error.details.hook && error.cause instanceof Error) process.stderr.write(`${error.cause.stack}\n`);
    // A stop has its signal's code already.
    return error.code === 'STOPPED' ? Number(process.exitCode) : (EXIT_CODES[error.code] ?? 1);
  }
  const stack = error instanceof Error ? error.stack : String(error);
  process.stderr.write(`modalkit: this should not have happened; please report it with what you ran.\n${stack}\n`);
  return 1;
}
