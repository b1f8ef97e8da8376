import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');
const OWN = join(ROOT, 'packages/conformance');

/** A template filled as `create` fills it, in a folder that finds its dependencies in this workspace. */
export function filledTemplate(template: string, name: string, modality: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'modalkit-template-'));
  const fill = (text: string) => text.replaceAll('__name__', name).replaceAll('__modality__', modality);
  const source = join(ROOT, 'templates', template);
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const from = join(entry.parentPath, entry.name);
    const to = join(
      folder,
      fill(from.slice(source.length + 1))
        .replace(/(^|\/)_(?=[a-z])/g, '$1.')
        .replace(/\.template$/, ''),
    );
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, fill(readFileSync(from, 'utf8')));
  }
  mkdirSync(join(folder, 'node_modules', '@modalkit'), { recursive: true });
  for (const name of ['contract', 'toolkit', 'conformance'])
    symlinkSync(join(ROOT, 'packages', name), join(folder, 'node_modules', '@modalkit', name));
  for (const name of ['@tensorflow', 'zod'])
    symlinkSync(join(OWN, 'node_modules', name), join(folder, 'node_modules', name));
  return folder;
}
