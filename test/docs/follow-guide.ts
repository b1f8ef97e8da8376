import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Document } from './documents.js';

/** What a guide has its reader do: save a file, or type a line. */
export type Action =
  | { readonly kind: 'save'; readonly path: string; readonly code: string }
  | { readonly kind: 'type'; readonly line: string };

/**
 * What a guide has its reader do, in order: a block after a line that ends with a path between backticks and a colon is saved
 * there, lines of `sh` blocks are typed.
 */
export function actionsOf({ text }: Document): Action[] {
  const blocks = text.matchAll(/(?:`([\w@./-]+)`[:：]\n\n)?^```(\w*)\n(.*?)^```$/gms);
  return [...blocks].flatMap(([, path, language, code]): Action[] => {
    if (language !== 'sh') return path === undefined ? [] : [{ kind: 'save', path, code: code! }];
    const lines = code!.trim().split('\n');
    return lines.map((line) => ({ kind: 'type', line }));
  });
}

/** Does it all. `type` is given the words of a line and the folder where it is typed; `cd` is followed here. */
export async function followGuide(
  document: Document,
  folder: string,
  type: (words: readonly string[], cwd: string) => Promise<void>,
): Promise<void> {
  let cwd = folder;
  for (const action of actionsOf(document)) {
    if (action.kind === 'save') {
      mkdirSync(dirname(join(folder, action.path)), { recursive: true });
      writeFileSync(join(folder, action.path), action.code);
      continue;
    }
    const words = [...action.line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);
    if (words[0] === 'cd') cwd = join(cwd, words[1]!);
    else await type(words, cwd);
  }
}
