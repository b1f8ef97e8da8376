import { type PluginTemplate, writeTemplate } from 'create-modalkit';
import { linkDependencies } from './link-dependencies.js';

/** A template as `create` writes it, in a new folder that finds what it depends on in this workspace. */
export async function filledTemplate(template: PluginTemplate, folder: string, modality: string): Promise<void> {
  await writeTemplate(template, folder, { name: `@acme/${modality}`, modality });
  linkDependencies(folder);
}
