import { type ErrorCode, isModalkitError, ModalkitError, type Quarantined } from '@modalkit/contract';

/** What was thrown, on one line of at most 300 characters. Plugins may reject with anything. */
export function reasonOf(thrown: unknown): string {
  const text = (messageOf(thrown) || 'no reason given').replace(/\s+/g, ' ').trim();
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function messageOf(thrown: unknown): string {
  try {
    if (thrown instanceof Error || isModalkitError(thrown)) return String((thrown as Error).message);
    return `rejected with ${typeof thrown === 'string' ? JSON.stringify(thrown) : String(thrown)}, which is no Error`;
  } catch {
    return 'rejected with a value that cannot be shown';
  }
}

/** Where in the life of a sample something failed. */
export interface FailurePlace {
  readonly input?: string;
  readonly stage: Quarantined['stage'];
  /** Who is at fault when the error does not say so itself: `plugin "x": prepare`. */
  readonly who: string;
  readonly file?: string;
}

/** The same error as a ModalkitError that knows its place; one that knows it already is left alone. */
export function placed(thrown: unknown, place: FailurePlace, code: ErrorCode = 'SAMPLE'): ModalkitError {
  if (isModalkitError(thrown) && thrown.details.placed) return thrown;
  const own: Readonly<Record<string, unknown>> = isModalkitError(thrown) ? thrown.details : {};
  const reason = own.stage === 'read' ? reasonOf(thrown) : `${place.who}: ${reasonOf(thrown)}`;
  return new ModalkitError(
    isModalkitError(thrown) ? thrown.code : code,
    reason,
    { ...place, ...own, placed: true },
    thrown,
  );
}

/** A placed error as the sample's entry in the quarantine list. */
export function quarantine(id: string, thrown: unknown): Quarantined {
  const error = placed(thrown, { stage: 'prepare', who: 'sample' });
  const { file, input, stage } = error.details as { file?: string; input?: string; stage: Quarantined['stage'] };
  return { id, ...(file && { file }), ...(input && { input }), stage, code: error.code, reason: error.message };
}

/** An error as plain data, to cross a thread. */
export interface PackedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export function packError(thrown: unknown, code: ErrorCode = 'PLUGIN'): PackedError {
  if (!isModalkitError(thrown)) return { code, message: reasonOf(thrown), details: {} };
  return { code: thrown.code, message: thrown.message, details: JSON.parse(JSON.stringify(thrown.details)) };
}

export function unpackError(packed: PackedError): ModalkitError {
  return new ModalkitError(packed.code, packed.message, packed.details);
}
