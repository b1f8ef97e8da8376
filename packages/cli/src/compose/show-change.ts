import { relative } from 'node:path';
import { createTwoFilesPatch } from 'diff';

/** The change of a file as a unified diff; empty when there is none. */
export function showChange(file: string, before: string, after: string): string {
  if (before === after) return '';
  const name = relative(process.cwd(), file) || file;
  return createTwoFilesPatch(name, name, before, after, '', '', { context: 2 }).replace(/^=+\n/, '').trimEnd();
}
