import { type ErrorCode, ModalkitError, type Schema } from '@modalkit/contract';

/**
 * Parses options once, at the edge: afterwards their types are trusted. The schema refuses unknown keys itself.
 * @param owner who is speaking in the error: a package name, `config`, a command
 * @throws ModalkitError OPTIONS (or `code`) that names every wrong field and what came
 */
export function parseOptions<T>(schema: Schema<T>, options: unknown, owner: string, code: ErrorCode = 'OPTIONS'): T {
  const result = schema['~standard'].validate(options);
  if (result instanceof Promise)
    throw new ModalkitError(code, `${owner}: its options schema is asynchronous; make it synchronous.`);
  if (!result.issues) return result.value;
  const problems = result.issues.map((issue) => {
    const path = issue.path?.map((part) => String(typeof part === 'object' ? part.key : part)) ?? [];
    return `${path.length > 0 ? `${path.join('.')}: ` : ''}${issue.message}${known(schema, issue)}${received(options, path)}`;
  });
  throw new ModalkitError(code, `${owner}: ${problems.join('; ')}.`, { problems });
}

/** ` (known: …)` after an unknown key of the schema itself; zod's object schemas and issues say which there are. */
function known(schema: object, issue: object): string {
  const isUnknownKey = 'code' in issue && issue.code === 'unrecognized_keys' && 'path' in issue;
  if (!isUnknownKey || (issue.path as unknown[]).length > 0 || !('shape' in schema)) return '';
  return ` (known: ${Object.keys(schema.shape as object).join(', ')})`;
}

/** ` (received …)` with the value at the path, shortened. */
function received(options: unknown, path: readonly string[]): string {
  let value: unknown = options;
  for (const part of path)
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  if (typeof value === 'object' && value !== null) return '';
  const text = typeof value === 'function' ? 'a function' : JSON.stringify(value);
  return ` (received ${text && text.length > 80 ? `${text.slice(0, 80)}…` : text})`;
}
