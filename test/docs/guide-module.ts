import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOf, ROOT, readDocuments } from './documents.js';

/** What the TypeScript block of a guide that has this text exports, imported as it stands there. */
export async function importBlock<Module>(guide: string, text: string): Promise<Module> {
  const document = readDocuments().find(({ path }) => path === `docs/guides/${guide}`)!;
  const block = blocksOf(document, 'ts').find(({ code }) => code.includes(text));
  if (!block) throw new Error(`docs/guides/${guide}: no block of code has "${text}".`);
  const folder = join(ROOT, 'test', 'docs', '.tmp', `${guide}-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${text}.ts`);
  try {
    writeFileSync(file, block.code);
    return (await import(/* @vite-ignore */ file)) as Module;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
