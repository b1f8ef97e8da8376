import type { Migration } from './migration.js';
import { MIGRATIONS } from './migrations.js';

/** A file that may be migrated. */
export interface MigratedFile {
  readonly kind: Migration['files'];
  readonly file: string;
  readonly before: string;
}

export interface MigrationResult extends MigratedFile {
  readonly after: string;
  readonly applied: readonly { readonly number: number; readonly title: string }[];
}

/** Applies all migrations in the order of their numbers, in memory: a file that cannot be parsed stops them all. */
export function migrateFiles(
  files: readonly MigratedFile[],
  migrations: readonly Migration[] = MIGRATIONS,
): MigrationResult[] {
  const ordered = [...migrations].sort((a, b) => a.number - b.number);
  return files.map((each) => {
    const applied: MigrationResult['applied'][number][] = [];
    let after = each.before;
    for (const { number, title, files: kind, change } of ordered) {
      if (kind !== each.kind) continue;
      const changed = change(after, each.file);
      if (changed !== after) applied.push({ number, title });
      after = changed;
    }
    return { ...each, after, applied };
  });
}
