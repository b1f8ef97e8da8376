import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import ts from 'typescript';
import { ARROWS, MODALITIES, PROCESS_ROOMS, TENSOR_ROOMS } from './arrows.js';
import { importsOf } from './imports-of.js';
import { nodesOf, type Room, type SourceFile, type SourceTree } from './source-tree.js';

/** A breach as a sentence that begins with the file. */
export type Rule = (tree: SourceTree) => string[];

/** Imports, relative ones that leave the package too, go along the arrows. */
export const importsFollowArrows: Rule = (tree) =>
  eachSource(tree, (room, source) =>
    importsOf(source)
      .map(({ specifier }) => ({ specifier, target: targetOf(tree, source, specifier) }))
      .filter(({ target }) => target !== undefined && !mayUse(room, target))
      .map(({ specifier }) => `${source.path}: ${room.name} may not import ${specifier}`),
  );

/** What package.json declares goes along the arrows; devDependencies are for tests and free. */
export const manifestsFollowArrows: Rule = (tree) =>
  tree.rooms.flatMap((room) =>
    declared(room)
      .map((name) => ({ name, target: roomCalled(tree, name) }))
      .filter(({ target }) => target !== undefined && !mayUsePart(room, target))
      .map(({ name }) => `${room.folder}/package.json: ${room.name} may not depend on ${name}`),
  );

/** What a source imports, types too, its package.json declares: a user's install has no devDependencies. */
export const importsAreDeclared: Rule = (tree) =>
  eachSource(tree, (room, source) =>
    importsOf(source)
      .map(({ specifier }) => packageOf(specifier))
      .filter((name) => name !== undefined && name !== room.manifest.name && !declared(room).includes(name))
      .filter((name) => !UNDECLARED[room.name]?.includes(name!))
      .map((name) => `${source.path}: ${name} is not declared in ${room.folder}/package.json`),
  );

/** Core reads declared properties: no modality's name is a word of it, be it in a name, a string, a comment or a file name. */
export const coreNamesNoModality: Rule = (tree) => {
  const plugins = tree.rooms.flatMap(({ name }) => (name.startsWith('plugins/') ? [name.slice(8)] : []));
  const names = new Set([...MODALITIES, ...plugins].flatMap((name) => [name, `${name}s`]));
  const core = tree.rooms.find(({ name }) => name === 'core');
  const files = core?.sources.map(({ path, text }) => ({ path, text: `${path}\n${text}` })) ?? [];
  const manifest = { path: `${core?.folder}/package.json`, text: JSON.stringify(core?.manifest) };
  return [...files, manifest].flatMap(({ path, text }) =>
    [...new Set(wordsOf(text))]
      .filter((word) => names.has(word))
      .map((word) => `${path}: names the modality "${word}"`),
  );
};

/** Nobody but the backend names a concrete tensor backend, in a string or in package.json. */
export const backendsAreNamedInBackend: Rule = (tree) => [
  ...eachSource(tree, (room, source) =>
    TENSOR_ROOMS.includes(room.name)
      ? []
      : stringsOf(source)
          .filter((text) => CONCRETE_BACKEND.test(text))
          .map((text) => `${source.path}: names the tensor backend "${text}"`),
  ),
  ...tree.rooms
    .filter(({ name }) => !TENSOR_ROOMS.includes(name))
    .flatMap((room) =>
      declared(room)
        .filter((name) => CONCRETE_BACKEND.test(name))
        .map((name) => `${room.folder}/package.json: depends on the tensor backend ${name}`),
    ),
];

/** tfjs is injected: at run time only the backend imports it. */
export const tfjsIsImportedInBackend: Rule = (tree) =>
  eachSource(tree, (room, source) =>
    TENSOR_ROOMS.includes(room.name)
      ? []
      : importsOf(source)
          .filter(({ specifier, typeOnly }) => specifier.startsWith('@tensorflow/') && !typeOnly)
          .map(
            ({ specifier }) =>
              `${source.path}: imports ${specifier} at run time; use import type and the tf it is given`,
          ),
  );

/** Only these rooms may start processes. */
export const processesAreStartedInFewRooms: Rule = (tree) =>
  eachSource(tree, (room, source) =>
    PROCESS_ROOMS.includes(room.name)
      ? []
      : importsOf(source)
          .filter(({ specifier }) => STARTS_PROCESSES.test(specifier))
          .map(({ specifier }) => `${source.path}: ${room.name} may not start processes, it imports ${specifier}`),
  );

/** No shell ever reads an argument: neither `exec` nor the option `shell`, tests and scripts included. */
export const noShells: Rule = (tree) =>
  [...tree.rooms.flatMap(({ sources }) => sources), ...tree.others].flatMap((source) =>
    [...nodesOf(source.ast)]
      .filter((node) => isExec(node) || isShellOption(node))
      .map((node) => `${source.path}: starts a shell with ${node.getText().slice(0, 60)}`),
  );

/** Packages that are found in other ways than by package.json. */
const UNDECLARED: Readonly<Record<string, readonly string[]>> = {
  backend: ['@tensorflow/tfjs'], // what tfjs-node-gpu requires, resolved from inside that package
  'backend-linux-x64': ['@tensorflow/tfjs-node-gpu', 'node-api-headers'], // of its build script, which isn't published
  cli: ['vitest', '@changesets/cli'], // of the plugin that is verified, resolved from its folder
};
const CONCRETE_BACKEND = /^@tensorflow\/tfjs-(?:node|backend)|^tfjs-(?:node|backend)/;
const STARTS_PROCESSES = /^(?:node:)?(?:child_process|cluster)$|^(?:execa|cross-spawn|tinyexec|zx|fluent-ffmpeg)$/;
const BUILT_IN = new Set(builtinModules);

function eachSource(tree: SourceTree, judge: (room: Room, source: SourceFile) => string[]): string[] {
  return tree.rooms.flatMap((room) => room.sources.flatMap((source) => judge(room, source)));
}

/** A room, and the way into it: `backend`, `backend/js`. */
interface Target {
  readonly room: string;
  readonly entry: string;
}

function mayUse(room: Room, target: Target): boolean {
  const allowed = ARROWS[room.name] ?? [];
  return target.room === room.name || allowed.includes(target.room) || allowed.includes(target.entry);
}

/** A package whose one entry may be used has to be declared whole. */
function mayUsePart(room: Room, target: Target): boolean {
  return mayUse(room, target) || (ARROWS[room.name] ?? []).some((entry) => entry.startsWith(`${target.entry}/`));
}

function targetOf(tree: SourceTree, source: SourceFile, specifier: string): Target | undefined {
  if (!specifier.startsWith('.')) return roomCalled(tree, specifier);
  const path = posix.join(posix.dirname(source.path), specifier);
  const room = tree.rooms.find(({ folder }) => path.startsWith(`${folder}/`));
  return room ? { room: room.name, entry: room.name } : { room: path, entry: path };
}

function roomCalled(tree: SourceTree, specifier: string): Target | undefined {
  const room = tree.rooms.find(({ manifest: { name } }) => specifier === name || specifier.startsWith(`${name}/`));
  return room && { room: room.name, entry: room.name + specifier.slice(room.manifest.name.length) };
}

function declared({ manifest }: Room): string[] {
  const { dependencies, peerDependencies, optionalDependencies } = manifest;
  return Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
}

/** The package of an import; undefined when it is a file or a part of Node. */
function packageOf(specifier: string): string | undefined {
  if (/^(?:\.|\/|node:)/.test(specifier) || BUILT_IN.has(specifier.split('/')[0]!)) return undefined;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** The words of a text, camel case taken apart, in lower case. */
export function wordsOf(text: string): string[] {
  const known = text.replace(/\bText(?:En|De)coder\b/g, ' ');
  return (known.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? []).map((word) => word.toLowerCase());
}

function stringsOf({ ast }: SourceFile): string[] {
  return [...nodesOf(ast)].flatMap((node) => (ts.isStringLiteralLike(node) ? [node.text] : []));
}

const EXEC = /^exec(?:Sync)?$/;

/** `exec` imported from child_process, or called on it as a namespace. A regular expression's `exec` is neither. */
function isExec(node: ts.Node): boolean {
  if (ts.isImportSpecifier(node)) return EXEC.test((node.propertyName ?? node.name).text) && fromChildProcess(node);
  return (
    ts.isPropertyAccessExpression(node) &&
    EXEC.test(node.name.text) &&
    /child_?process/i.test(node.expression.getText())
  );
}

function fromChildProcess(node: ts.ImportSpecifier): boolean {
  return /child_process/.test(node.parent.parent.parent.moduleSpecifier.getText());
}

function isShellOption(node: ts.Node): boolean {
  if (ts.isShorthandPropertyAssignment(node)) return node.name.text === 'shell';
  if (!ts.isPropertyAssignment(node) || node.name.getText().replace(/['"]/g, '') !== 'shell') return false;
  return node.initializer.kind !== ts.SyntaxKind.FalseKeyword;
}
