import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PluginTemplate } from './plugin-templates.js';

/** Beside what is built, or at the root of the repository. */
const TEMPLATES = ['./templates', '../../../templates']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path))!;

/**
 * Writes a template's files into a folder, a plugin's together with `common`, which all plugins have: `__key__` in names and
 * contents becomes the value of `key`, `_gitignore` becomes `.gitignore`, `package.json.template` becomes `package.json`. No file
 * is ever written over another.
 * @returns paths below `folder`, with `/`
 */
export async function writeTemplate(
  template: PluginTemplate | 'project',
  folder: string,
  values: Readonly<Record<string, string>>,
): Promise<string[]> {
  const fill = (text: string) => text.replace(/__([a-z]+)__/g, (whole, key: string) => values[key] ?? whole);
  const sources = await Promise.all((template === 'project' ? [template] : ['common', template]).map(filesOf));
  const written = sources.flat().map(({ file, path }) => ({ file, path: targetOf(fill(path)) }));
  for (const { file, path } of written) {
    const content = await readFile(file);
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content.includes(0) ? content : fill(content.toString('utf8')), { flag: 'wx' });
  }
  return written.map(({ path }) => path).sort();
}

/** Files of a folder of templates, and their paths below it. */
async function filesOf(name: string): Promise<{ readonly file: string; readonly path: string }[]> {
  const root = join(TEMPLATES, name);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((file) => ({ file, path: relative(root, file).replaceAll('\\', '/') }));
}

function targetOf(path: string): string {
  return path.replace(/(^|\/)_(?!_)/g, '$1.').replace(/\.template$/, '');
}
