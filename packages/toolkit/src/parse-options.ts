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

/** ` (known: …)` after an unknown key; zod's object schemas and issues say which there are. */
function known(schema: object, issue: object): string {
  if (!('code' in issue && issue.code === 'unrecognized_keys' && 'path' in issue)) return '';
  const shape = (issue.path as string[]).reduce<Shape | undefined>(
    (outer, key) => shapeOf(outer?.[key]),
    shapeOf(schema),
  );
  return shape ? ` (known: ${Object.keys(shape).join(', ')})` : '';
}

type Shape = Readonly<Record<string, object>>;

function shapeOf(schema: object | undefined): Shape | undefined {
  return schema && 'shape' in schema ? (schema.shape as Shape) : undefined;
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
