const BRAND = Symbol.for('modalkit/v1/error');

/** A command line that cannot be carried out: one sentence. Carries the brand and code of the contract's errors. */
export class UsageError extends Error {
  override readonly name = 'ModalkitError';
  readonly code = 'USAGE';
  readonly details = {};
  readonly [BRAND] = true;
}
