import { createRequire } from 'node:module';

/** Gives back the two functions of node:util that tfjs-node calls: Node 22 warns of them, Node 23 dropped them. */
export function shimNodeUtil(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}
