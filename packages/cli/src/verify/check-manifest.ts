import { CONTRACT } from '@modalkit/contract';
import type { Seen } from './finding.js';
import type { Manifest, PackedPlugin } from './packed-plugin.js';

const WORDS = /^(?:workspace|catalog|link|file|portal):/;
const AT_INSTALL = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare'];

/** What package.json alone tells. */
export function checkManifest({ manifest, files }: Pick<PackedPlugin, 'manifest' | 'files'>): Seen[] {
  const has = (pattern: RegExp) => files.some(({ name }) => pattern.test(name));
  return [
    ...(isLibrary(manifest) ? [] : [...checkContract(manifest), ...checkKeyword(manifest)]),
    ...workspaceRanges(manifest),
    ...installScripts(manifest, has(/^binding\.gyp$/)),
    ...(manifest.license && has(/^licen[cs]e(?:\.|$)/i)
      ? []
      : [
          {
            id: 'licence' as const,
            what: manifest.license ? 'no LICENSE file is packed' : 'package.json states no "license"',
          },
        ]),
    ...(has(/^readme/i) ? [] : [{ id: 'readme' as const, what: 'no README is packed' }]),
  ];
}

/** True for a package that states `"modalkit": { "library": true }`: what only a plugin must have is not asked of it. */
export function isLibrary({ modalkit }: Pick<Manifest, 'modalkit'>): boolean {
  return modalkit?.library === true;
}

function checkKeyword({ keywords }: Manifest): Seen[] {
  return keywords?.includes('modalkit-plugin')
    ? []
    : [{ id: 'keyword', what: 'the keyword "modalkit-plugin" is missing' }];
}

function checkContract({ modalkit }: Manifest): Seen[] {
  const stated = modalkit?.contract;
  if (!Number.isInteger(stated))
    return [{ id: 'contract', what: `package.json states ${JSON.stringify(stated) ?? 'no'} "modalkit.contract"` }];
  if (stated === CONTRACT) return [];
  const fix = Number(stated) < CONTRACT ? `lift the plugin to contract ${CONTRACT}` : 'update modalkit';
  return [{ id: 'contract', what: `it is of contract ${stated}, this modalkit is of ${CONTRACT}`, fix }];
}

/** Ranges that only the author's workspace understands. */
function workspaceRanges(manifest: Manifest): Seen[] {
  const fields = ['dependencies', 'peerDependencies', 'optionalDependencies'] as const;
  return fields.flatMap((field) =>
    Object.entries(manifest[field] ?? {})
      .filter(([, range]) => WORDS.test(range))
      .map(([name, range]) => ({ id: 'workspace' as const, what: `${field} has ${name}@${range}` })),
  );
}

function installScripts({ scripts = {} }: Manifest, gyp: boolean): Seen[] {
  const names = AT_INSTALL.filter((name) => scripts[name] !== undefined);
  // npm runs node-gyp for a package that has this file and names no script
  const implied = gyp && !scripts.install && !scripts.preinstall ? ['binding.gyp'] : [];
  return [...names, ...implied].map((name) => ({ id: 'install-script', what: `"${name}" would run at install` }));
}
