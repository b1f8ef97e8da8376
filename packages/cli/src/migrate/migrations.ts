import { CONTRACT } from '@modalkit/contract';
import { editManifest, type Manifest } from './edit-manifest.js';
import type { Migration } from './migration.js';

/** All of them, oldest first. */
export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    title: "a plugin's package.json tells the contract's number, readable without importing it",
    files: 'package.json',
    change: (text, file) =>
      editManifest(text, file, (manifest) => {
        if (!isPlugin(manifest) || typeof manifest.modalkit?.contract === 'number') return;
        manifest.modalkit = { ...manifest.modalkit, contract: CONTRACT };
      }),
  },
  {
    number: 2,
    title: 'a plugin is found on npm by the keyword modalkit-plugin',
    files: 'package.json',
    change: (text, file) =>
      editManifest(text, file, (manifest) => {
        if (!isPlugin(manifest) || manifest.keywords?.includes(KEYWORD)) return;
        manifest.keywords = [...(manifest.keywords ?? []), KEYWORD];
      }),
  },
];

const KEYWORD = 'modalkit-plugin';

/** A package that is built against the contract; a project that composes plugins depends on core. */
function isPlugin({ peerDependencies, dependencies }: Manifest): boolean {
  const needs = { ...dependencies, ...peerDependencies };
  return '@modalkit/contract' in needs && !('@modalkit/core' in needs) && !('modalkit' in needs);
}
