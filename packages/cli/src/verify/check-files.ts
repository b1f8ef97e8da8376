import type { TarballFile } from '@publint/pack';
import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import type { Seen } from './finding.js';
import { type PackedPlugin, textOf } from './packed-plugin.js';

const TEST = /(?:^|\/)(?:__tests__|__fixtures__|tests?|fixtures|spec)\/|\.(?:test|spec)\.[cm]?[jt]sx?$/;
const PRIVATE = /(?:^|\/)(?:\.env(?:\..*)?|\.npmrc|\.netrc|id_(?:rsa|ed25519|ecdsa)|.*\.(?:pem|p12|pfx|key))$/;
const MB = 2 ** 20;
const LARGE = 10 * MB;
/** Bytes above which registries refuse a package in practice. */
export const TOO_LARGE = 100 * MB;

/** Size, tests and secrets of what is packed. */
export async function checkFiles({ files, bytes }: PackedPlugin): Promise<Seen[]> {
  const tests = files.filter(({ name }) => TEST.test(name)).map(({ name }) => name);
  return [
    ...(tests.length > 0
      ? [{ id: 'tests' as const, what: `${tests.length} files of tests are packed: ${some(tests)}` }]
      : []),
    ...checkSize(bytes),
    ...(await Promise.all(files.map(secretsOf))).flat(),
  ];
}

export function checkSize(bytes: number): Seen[] {
  const what = `the tarball has ${(bytes / MB).toFixed(1)} MB`;
  if (bytes > TOO_LARGE) return [{ id: 'too-large', what }];
  return bytes > LARGE ? [{ id: 'size', what }] : [];
}

/** Files that hold keys by their name, and keys by their form. What was found is not shown. */
async function secretsOf(file: TarballFile): Promise<Seen[]> {
  if (PRIVATE.test(file.name)) return [{ id: 'secret', what: `${file.name} is packed` }];
  if (file.data.length > MB || file.data.includes(0)) return [];
  const { messages } = await lintSource({
    source: { filePath: `/${file.name}`, content: textOf(file), contentType: 'text' },
    options: { config: { rules: [{ id: 'preset', rule: creator }] }, noPhysicFilePath: true, maskSecrets: true },
  });
  return messages.map(({ ruleId, loc }) => ({
    id: 'secret',
    what: `${file.name}:${loc.start.line} looks like a secret (${ruleId.replace(/^.*secretlint-rule-/, '')})`,
  }));
}

function some(names: readonly string[]): string {
  return names.slice(0, 3).join(', ') + (names.length > 3 ? ', …' : '');
}
