import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type PluginTemplate, writeTemplate } from 'create-modalkit';
import { ROOT } from '../../recipes/tools/packages.mjs';

/** Where packages of this workspace and of its tests are. */
const PLACES = ['test/node_modules', 'node_modules'].map((path) => join(ROOT, path));

/** A template as `create` writes it, in a new folder that finds what it depends on in this workspace. */
export async function filledTemplate(template: PluginTemplate, folder: string, modality: string): Promise<void> {
  await writeTemplate(template, folder, { name: `@acme/${modality}`, modality });
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    const there = PLACES.map((place) => join(place, name)).find((path) => existsSync(path));
    if (!there) throw new Error(`${name}, which templates/${template} depends on, is not installed for the tests.`);
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
    symlinkSync(there, join(folder, 'node_modules', name));
  }
}
