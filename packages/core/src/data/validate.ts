import type { Schema } from '@modalkit/contract';

/** The value as its schema makes it. @throws Error that lists every issue and shows what came */
export async function validate<T>(schema: Schema<T>, value: unknown): Promise<T> {
  const result = await schema['~standard'].validate(value);
  if (!result.issues) return result.value;
  const issues = result.issues.map(({ path, message }) => {
    const at = path?.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    return at ? `${at}: ${message}` : message;
  });
  throw new Error(`${issues.join('; ')} (received ${show(value)})`);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
