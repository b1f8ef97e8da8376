import { relative } from 'node:path';
import { checkNewFolder } from './new-folder.js';
import { checkModality, checkPackageName, lastPart, modalityOf } from './package-name.js';
import { checkTemplate } from './plugin-templates.js';
import { writeTemplate } from './write-template.js';

/** What a new plugin is to be; all but its name has a default. */
export interface PluginWish {
  /** Name on npm. */
  readonly name: string;
  /** What its factory is called. */
  readonly modality?: string;
  readonly folder?: string;
  readonly template?: string;
}

/** A plugin that was written. */
export interface Created {
  readonly name: string;
  readonly modality: string;
  readonly template: string;
  readonly folder: string;
  /** Below `folder`. */
  readonly files: readonly string[];
  /** The three commands to type next. */
  readonly next: readonly string[];
}

/** Writes a new plugin from a template. @throws UsageError before anything is written */
export async function createPlugin(wish: PluginWish): Promise<Created> {
  const name = checkPackageName(wish.name);
  const modality = checkModality(wish.modality ?? modalityOf(name));
  const template = checkTemplate(wish.template ?? 'modality');
  const folder = await checkNewFolder(wish.folder ?? lastPart(name));
  const files = await writeTemplate(template, folder, { name, modality });
  const next = [`cd ${quoteForShell(relative(process.cwd(), folder) || '.')}`, 'npm install', 'npm test'];
  return { name, modality, template, folder, files, next };
}

function quoteForShell(path: string): string {
  return path.includes(' ') ? `"${path}"` : path;
}
