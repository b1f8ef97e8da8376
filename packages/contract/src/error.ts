const BRAND = Symbol.for('modalkit/v1/error');

/** What went wrong, for programs; the message says it to people. */
export type ErrorCode =
  | 'CONFIG' // the config as a whole: unknown key, wrong type, missing part
  | 'OPTIONS' // the options of one plugin
  | 'COMPOSE' // parts that do not fit together
  | 'PLUGIN' // a plugin broke a promise while running
  | 'DATA' // a manifest, folder or table that cannot be read
  | 'SAMPLE' // one raw sample: quarantined
  | 'BUDGET' // too many quarantined samples
  | 'CHECKPOINT' // a checkpoint that is torn, altered or of other plugins
  | 'BACKEND' // no backend, or one that lacks a kernel
  | 'LOSS' // a loss or gradient that is not finite
  | 'LOCKED' // another run owns the folder
  | 'DISK' // cannot write: full, read-only, not permitted
  | 'USAGE' // a command line that cannot be carried out
  | 'STOPPED'; // ended by a signal

/** An error that is one sentence: who (plugin, field, file), what was received, what to do. */
export class ModalkitError extends Error {
  override readonly name = 'ModalkitError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  readonly [BRAND] = true;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}

/** True for a ModalkitError of any copy of this package. */
export function isModalkitError(value: unknown): value is ModalkitError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
}
