import validate from 'validate-npm-package-name';
import { UsageError } from './usage-error.js';

const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/;
/** Words that TypeScript or core keep for themselves, and names that a template's own code uses. */
const KEPT = new Set(
  `abstract any arguments as async await boolean break case catch class const continue debugger declare default delete do else
enum eval export extends false finally for from function get if implements import in infer instanceof interface is keyof let
module namespace never new null number object of package private protected public readonly require return set static string
super switch symbol this throw true try type typeof undefined unique unknown var void while with yield
constructor prototype fusion heads objectives adapter align collate context encode init layout live mask options plugin policy
name prepare sample space state tensor tf tokens version z`.split(/\s+/),
);

/** A name that npm takes, safe as a folder on every system. @throws UsageError that says what is wrong with it */
export function checkPackageName(name: string): string {
  const { validForNewPackages, errors = [], warnings = [] } = validate(name);
  if (!validForNewPackages) throw refuse(name, [...errors, ...warnings][0] ?? 'npm does not take it');
  const [scope, last] = name.startsWith('@') ? (name.slice(1).split('/') as [string, string]) : ['', name];
  if (scope === 'modalkit' || /^(?:create-)?modalkit$/.test(last))
    throw refuse(name, 'that name is of Modalkit itself');
  for (const part of [scope, last]) {
    if (DEVICES.test(part)) throw refuse(name, `"${part}" is a device on Windows`);
    if (part !== '' && !/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/.test(part))
      throw refuse(name, 'use lower-case letters, digits and - between them');
  }
  return name;
}

/** What the plugin's factory is called: `@acme/modalkit-depth-camera` gives `depthCamera`. */
export function modalityOf(name: string): string {
  const words = lastPart(name)
    .replace(/^(?:modalkit-)?(?:plugin-)?|-modalkit$/g, '')
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  return words.map((word, index) => (index === 0 ? word : word[0]!.toUpperCase() + word.slice(1))).join('');
}

/** An identifier that a config can import. @throws UsageError */
export function checkModality(modality: string): string {
  if (/^[a-z][a-zA-Z0-9]{0,39}$/.test(modality) && !KEPT.has(modality)) return modality;
  throw new UsageError(
    `modality ${quote(modality)}: ${KEPT.has(modality) ? 'the word is taken' : 'it must be an identifier, a lower-case letter first, of at most 40 letters and digits'}; name another with --modality, such as thermal.`,
  );
}

/** `@acme/thermal` gives `thermal`. */
export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** What was received, harmless in a terminal. */
export function quote(text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return JSON.stringify(shown).replace(/[^\P{C}…]/gu, (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`);
}

function refuse(name: string, why: string): UsageError {
  return new UsageError(
    `package name ${quote(name)}: ${why}; choose another, such as modalkit-thermal or @you/thermal.`,
  );
}
