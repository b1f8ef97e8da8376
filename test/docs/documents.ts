import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A Markdown file of the repository. */
export interface Document {
  /** From the root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block. */
export interface Block {
  readonly language: string;
  readonly code: string;
  /** `<path>:<line>` of its first line. */
  readonly place: string;
}

/** The pages that people read: those of the root, of each package and plugin, and below docs. */
export function readDocuments(): Document[] {
  const paths = [
    ...markdownIn('.'),
    ...markdownIn('docs', true),
    ...['packages', 'plugins'].flatMap((group) =>
      readdirSync(join(ROOT, group)).flatMap((name) => markdownIn(`${group}/${name}`)),
    ),
  ];
  return paths.map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

function markdownIn(folder: string, recursive = false): string[] {
  return readdirSync(join(ROOT, folder), { recursive, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name).replaceAll('\\', '/'))
    .sort();
}

/** Fenced blocks, of one language or of all. */
export function blocksOf({ path, text }: Document, language?: string): Block[] {
  const found = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map((match) => ({
    language: match[1]!,
    code: match[2]!,
    place: `${path}:${text.slice(0, match.index).split('\n').length + 1}`,
  }));
  return language === undefined ? found : found.filter((block) => block.language === language);
}

/** Everything but fenced blocks. */
export function proseOf({ text }: Document): string {
  return text.replace(/^```.*?^```$/gms, '');
}

/** What stands between single backticks, on one line. */
export function inlineCodeOf(document: Document): string[] {
  return [...proseOf(document).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);
}
