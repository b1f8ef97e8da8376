import { ModalkitError } from '@modalkit/contract';
import type { z } from 'zod';

/** @throws ModalkitError OPTIONS that names every wrong field */
export function parse<Schema extends z.ZodType>(schema: Schema, given: unknown, owner: string): z.output<Schema> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${[...path, message].join(': ')}`);
  throw new ModalkitError('OPTIONS', `${owner}: ${problems.join('; ')}.`, { problems });
}
