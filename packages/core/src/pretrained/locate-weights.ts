import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { isModalkitError, ModalkitError } from '@modalkit/contract';
import { confine } from '../data/read-confined.js';

const PACKAGE = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;

/**
 * The folder of weights that `pretrained.<input>` names: one beside the config (`./heat`), or that of an installed package, whose
 * package.json names it as `modalkit.weights`. Nothing of the package is imported.
 * @throws ModalkitError COMPOSE when there is none
 */
export function locateWeights(who: string, from: string, projectFolder: string): string {
  if (/^\.{1,2}(?:[/\\]|$)/.test(from) || isAbsolute(from)) return resolve(projectFolder, from);
  if (!PACKAGE.test(from))
    throw refusal(who, `${JSON.stringify(from)} is neither a package nor a folder`, 'write one, such as "./heat"');
  const found = findPackage(from, projectFolder);
  if (!found) throw refusal(who, `${from} is not installed`, `run \`npm install ${from}\``);
  const stated = found.manifest.modalkit?.weights;
  if (typeof stated !== 'string')
    throw refusal(who, `${from} carries no weights`, 'take a version that does, or leave this line out');
  try {
    return confine(found.folder, stated);
  } catch (error) {
    if (!isModalkitError(error)) throw error;
    const reason = `the weights of ${from} are said to be in ${JSON.stringify(stated)}, which is missing or leads out of the package`;
    throw refusal(who, reason, 'install it again, or tell its author', error);
  }
}

interface Found {
  readonly folder: string;
  readonly manifest: { readonly modalkit?: { readonly weights?: unknown } };
}

/** A package as a folder sees it: in its own node_modules or in one above. */
function findPackage(name: string, from: string): Found | undefined {
  for (let at = resolve(from); ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    const content = readFileIfThere(join(folder, 'package.json'));
    if (content !== undefined) return { folder, manifest: parse(content, folder) };
    if (dirname(at) === at) return undefined;
  }
}

function readFileIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function parse(content: string, folder: string): Found['manifest'] {
  try {
    return (JSON.parse(content) as Found['manifest'] | null) ?? {};
  } catch (error) {
    throw new ModalkitError('COMPOSE', `${folder}: its package.json is no JSON; install it again.`, {}, error);
  }
}

function refusal(who: string, problem: string, fix: string, cause?: unknown): ModalkitError {
  return new ModalkitError('COMPOSE', `${who}: ${problem}; ${fix}.`, {}, cause);
}
