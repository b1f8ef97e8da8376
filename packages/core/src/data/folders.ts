import { type Dirent, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  CONTRACT,
  DATA_SOURCE,
  type Dataset,
  definePlugin,
  ModalkitError,
  type Quarantined,
  type Sample,
} from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';

const ID = '@modalkit/core/folders';
const schema = z.strictObject({ path: z.string().min(1), input: z.string().min(1), target: z.string().min(1) });
type Options = z.output<typeof schema>;

/** Samples from a tree of files: `<class>/<file>` or `<split>/<class>/<file>`; the folder's name is the target. */
export const folders = definePlugin((given: Options) => {
  const options = parseOptions(schema, given, ID);
  return {
    id: ID,
    contract: CONTRACT,
    setup(scope) {
      scope.provide(DATA_SOURCE, () => ({
        id: ID,
        options,
        load: async ({ folder }) => walk(resolve(folder, options.path), options),
      }));
    },
  };
});

function walk(root: string, options: Options): Dataset {
  const samples: Sample[] = [];
  const rejected: Quarantined[] = [];
  const visit = (parents: readonly string[], depth: number): void => {
    for (const entry of entriesOf(join(root, ...parents))) {
      const path = [...parents, entry.name];
      if (entry.isDirectory() && path.length < depth) visit(path, depth);
      else if (path.length === depth && !entry.isDirectory()) samples.push(sampleAt(path, options));
      else rejected.push(misplaced(root, path, depth));
    }
  };
  visit([], hasSplits(root) ? 3 : 2);
  return { root, samples, rejected };
}

/** Split folders hold folders, class folders hold files. */
function hasSplits(root: string): boolean {
  return entriesOf(root).some(
    (entry) => entry.isDirectory() && entriesOf(join(root, entry.name)).some((inner) => inner.isDirectory()),
  );
}

/** Entries by name, hidden files left out. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith('.'))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ModalkitError(
      'DATA',
      `Folder ${folder} cannot be read (${code}); correct data.source.`,
      { folder },
      error,
    );
  }
}

function sampleAt(path: readonly string[], { input, target }: Options): Sample {
  const id = path.join('/');
  const split = path.length === 3 ? { split: path[0]! } : {};
  return { id, ...split, inputs: { [input]: id }, targets: { [target]: path.at(-2)! } };
}

function misplaced(root: string, path: readonly string[], depth: number): Quarantined {
  const file = join(root, ...path);
  const layout = depth === 3 ? '<split>/<class>/<file>' : '<class>/<file>';
  const reason = `${file}: does not fit the layout ${layout}; move it into a class folder or out of the tree`;
  return { id: path.join('/'), file, stage: 'read', code: 'SAMPLE', reason };
}
