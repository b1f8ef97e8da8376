import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Document, inlineCodeOf, proseOf, ROOT } from './documents.js';

/** What a run or the set-up makes; it need not be there. */
const MADE = /^(?:runs|recipes\/(?:shapes|digits\/data))\b/;

/** Links of a document to files of the repository that are not there. */
export function deadLinks(document: Document): string[] {
  const targets = [...proseOf(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  return targets
    .filter((target) => !/^(?:[a-z]+:|#)/.test(target))
    .filter((target) => !existsSync(join(ROOT, dirname(document.path), target.replace(/#.*$/, ''))))
    .map((target) => `${document.path}: there is no ${target}`);
}

/** Paths between backticks that are not there. */
export function deadPaths(document: Document): string[] {
  return inlineCodeOf(document)
    .filter((code) => /^(?:packages|plugins|recipes|test|docs)\/[\w./-]+$/.test(code) && !MADE.test(code))
    .filter((path) => !existsSync(join(ROOT, path)))
    .map((path) => `${document.path}: there is no ${path}`);
}
