import { builtinModules } from 'node:module';
import { init, parse } from 'es-module-lexer';
import semver from 'semver';
import { VERSION } from '../version.js';
import type { Seen } from './finding.js';
import { type PackedPlugin, textOf } from './packed-plugin.js';

const CONTRACT_PACKAGE = '@modalkit/contract';
const BUILT_IN = new Set(builtinModules);
/** Declarations are read by form: the lexer knows JavaScript alone. */
const FROM = /(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"\n]+)['"]/g;

/** What is imported and not declared, declared and not imported, and what would come twice. */
export async function checkDependencies({ manifest, files }: PackedPlugin): Promise<Seen[]> {
  await init;
  const used = new Map<string, string>();
  for (const file of files)
    for (const name of importsOf(file.name, () => textOf(file))) if (!used.has(name)) used.set(name, file.name);
  used.delete(manifest.name);
  const { dependencies = {}, peerDependencies = {}, optionalDependencies = {} } = manifest;
  const declared = { ...dependencies, ...peerDependencies, ...optionalDependencies };
  const undeclared = [...used].filter(([name]) => !(name in declared) && !(`@types/${name}` in declared));
  const unused = Object.keys(dependencies).filter((name) => !used.has(name) && !name.startsWith('@types/'));
  return [
    ...undeclared.map(([name, file]) => ({ id: 'undeclared' as const, what: `${file} imports ${name}` })),
    ...unused.map((name) => ({ id: 'unused' as const, what: `no packed file imports the dependency ${name}` })),
    ...secondCopies(declared, dependencies),
    ...files
      .filter((file) => manifest.name !== CONTRACT_PACKAGE && isContract(file))
      .map(({ name }) => ({
        id: 'duplicate' as const,
        what: `${name} holds a copy of ${CONTRACT_PACKAGE}`,
        fix: `leave ${CONTRACT_PACKAGE} out of the bundle: add it to dependencies`,
      })),
  ];
}

function importsOf(file: string, text: () => string): string[] {
  if (/\.d\.[cm]?ts$/.test(file)) return packagesOf([...text().matchAll(FROM)].map(([, specifier]) => specifier));
  if (!/\.[cm]?js$/.test(file)) return [];
  try {
    return packagesOf(parse(text())[0].map(({ n }) => n));
  } catch {
    return []; // what Node cannot parse, importing it tells
  }
}

function packagesOf(specifiers: readonly (string | undefined)[]): string[] {
  return specifiers.flatMap((specifier) => {
    if (!specifier || /^(?:\.|\/|#|[a-z]+:)/.test(specifier) || BUILT_IN.has(specifier.split('/')[0]!)) return [];
    return [specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')];
  });
}

function secondCopies(declared: Readonly<Record<string, string>>, own: Readonly<Record<string, string>>): Seen[] {
  const range = declared[CONTRACT_PACKAGE];
  const apart = range !== undefined && semver.validRange(range) !== null && !semver.satisfies(VERSION, range);
  return [
    ...(apart
      ? [{ id: 'duplicate' as const, what: `${CONTRACT_PACKAGE} ${range} is another than that of modalkit ${VERSION}` }]
      : []),
    ...(own['@tensorflow/tfjs-core'] === undefined
      ? []
      : [{ id: 'duplicate' as const, what: '@tensorflow/tfjs-core is a dependency of its own, not a peer' }]),
  ];
}

/** The brand of plugin factories is made in one place. */
function isContract(file: { readonly name: string; readonly data: Uint8Array }): boolean {
  return /\.[cm]?js$/.test(file.name) && /Symbol\.for\(["']modalkit\/v1\/plugin-factory["']\)/.test(textOf(file));
}
