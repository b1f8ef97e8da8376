import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';

export interface SourceFile {
  /** From the root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly ast: ts.SourceFile;
}

/** A package of the workspace: `core`, `plugins/text`. */
export interface Room {
  readonly name: string;
  readonly folder: string;
  readonly manifest: Manifest;
  /** What is published or run: all code but tests, what they break on purpose, and configuration. */
  readonly sources: readonly SourceFile[];
}

export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export interface SourceTree {
  readonly root: string;
  readonly rooms: readonly Room[];
  /** Code outside of the rooms' sources: recipes, tests, scripts. */
  readonly others: readonly SourceFile[];
}

const CODE = /\.(?:[cm]?[jt]s|[jt]sx)$/;
const SKIPPED = new Set(['node_modules', 'dist', 'runs', 'data', '.git', '.setup', 'api']);

/** Reads all code of a repository. */
export function readTree(root: string): SourceTree {
  const rooms = ['packages', 'plugins'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .filter((name) => existsSync(join(root, parent, name, 'package.json')))
      .map((name) => readRoom(root, parent, name)),
  );
  const known = new Set(rooms.flatMap(({ sources }) => sources.map(({ path }) => path)));
  const all = codeBelow(root).filter((path) => !known.has(slashed(root, path)));
  return { root, rooms, others: all.map((path) => readSource(root, path)) };
}

function readRoom(root: string, parent: string, name: string): Room {
  const folder = join(root, parent, name);
  return {
    name: parent === 'plugins' ? `plugins/${name}` : name,
    folder: slashed(root, folder),
    manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
    sources: codeBelow(folder)
      .filter((path) => !/^(?:(?:test|broken)\/|[^/]*\.config\.)/.test(slashed(folder, path)))
      .map((path) => readSource(root, path)),
  };
}

function codeBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : codeBelow(path);
    return CODE.test(entry.name) ? [path] : [];
  });
}

const parsed = new Map<string, SourceFile>();

/** A file that has been read before, with the same content, isn't parsed again. */
function readSource(root: string, file: string): SourceFile {
  const path = slashed(root, file);
  const text = readFileSync(file, 'utf8');
  const known = parsed.get(path);
  if (known?.text === text) return known;
  const source = { path, text, ast: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
  parsed.set(path, source);
  return source;
}

function slashed(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}

/** Every node of a file. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  node.forEachChild((child) => void children.push(child));
  for (const child of children) yield* nodesOf(child);
}
