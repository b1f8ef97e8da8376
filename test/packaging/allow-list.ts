import type { Packed } from './pack.js';

const EVERYWHERE = ['LICENSE', 'README.md', 'package.json'];
/** What a package holds beside its `dist`. */
const EXTRA: Readonly<Record<string, readonly string[]>> = {
  modalkit: ['bin.mjs', 'probe.mjs'],
  'create-modalkit': ['bin.mjs'],
  '@modalkit/backend': ['native/fused-ops.cc', 'native/quiet.cc'], // compiled where there is no prebuilt addon
  '@modalkit/backend-linux-x64': ['prebuilt.json', 'quiet.node', 'tfjs_binding.node'],
};
/** Code, its map, its types: no tests, no sources. */
const BUILT = /^dist\/(?:[\w-]+\/)*[\w-]+\.(?:js|js\.map|d\.ts)$/;

/** Files that are copied into what is created. */
const TEMPLATE = /^dist\/templates\/[\w-]+\/(?!.*(?:^|\/)(?:node_modules|dist)\/)/;

/** What a tarball holds beside the allow-list, and what it lacks. */
export function unlisted({ name, files }: Pick<Packed, 'name' | 'files'>): string[] {
  const listed = [...EVERYWHERE, ...(EXTRA[name] ?? [])];
  const surplus = files.filter((file) => !listed.includes(file) && !BUILT.test(file) && !isTemplate(name, file));
  const missing = listed.filter((file) => !files.includes(file));
  return [...surplus.map((file) => `${file} is packed`), ...missing.map((file) => `${file} is missing`)];
}

function isTemplate(name: string, file: string): boolean {
  return name === 'create-modalkit' && TEMPLATE.test(file);
}
