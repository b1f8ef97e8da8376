import { ModalkitError } from '@modalkit/contract';

/** A checkpoint's file that is torn, altered or missing. */
export function checkpointError(file: string, problem: string, cause?: unknown): ModalkitError {
  const message = `${file} ${problem}. Take an older checkpoint or another copy of this one.`;
  return new ModalkitError('CHECKPOINT', message, { file, problem }, cause);
}
