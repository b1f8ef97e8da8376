import { ModalkitError } from '@modalkit/contract';

/** The error for an archive that is at fault itself; what has a code (faults of the disk, an abort) stays what it is. */
export function archiveRefusal(archive: string, error: unknown): unknown {
  if (!(error instanceof Error) || /^(?:E[A-Z]+|ABORT_ERR)$/.test(String((error as NodeJS.ErrnoException).code)))
    return error;
  return new ModalkitError(
    'BACKEND',
    `native backend: ${archive} cannot be unpacked: ${error.message}; remove it, then run "modalkit backend install" again.`,
    { reason: 'archive' },
    error,
  );
}
