import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from './usage-error.js';

/** Beside what is built, or at the root of the repository. */
const TEMPLATES = ['./templates', '../../../templates']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path))!;

/** Names of the templates that are there. */
export async function templateNames(): Promise<string[]> {
  return (await readdir(TEMPLATES)).sort();
}

/**
 * Writes a template's files into a folder: `__key__` in names and contents becomes the value of `key`, `_gitignore` becomes
 * `.gitignore`, `package.json.template` becomes `package.json`. No file is ever written over another.
 * @returns paths below `folder`, with `/`
 */
export async function writeTemplate(
  template: string,
  folder: string,
  values: Readonly<Record<string, string>>,
): Promise<string[]> {
  const names = await templateNames();
  if (!names.includes(template))
    throw new UsageError(`There is no template "${template}"; there are: ${names.join(', ')}.`);
  const root = join(TEMPLATES, template);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const fill = (text: string) => text.replace(/__([a-z]+)__/g, (whole, key: string) => values[key] ?? whole);
  const written = files.map((file) => ({ file, path: targetOf(fill(relative(root, file).replaceAll('\\', '/'))) }));
  for (const { file, path } of written) {
    const content = await readFile(file);
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content.includes(0) ? content : fill(content.toString('utf8')), { flag: 'wx' });
  }
  return written.map(({ path }) => path).sort();
}

function targetOf(path: string): string {
  return path.replace(/(^|\/)_(?!_)/g, '$1.').replace(/\.template$/, '');
}
