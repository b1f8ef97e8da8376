import { relative, sep } from 'node:path';
import { watch } from 'chokidar';

/** Milliseconds of quiet after which what was saved counts as one change. */
const QUIET_MS = 100;
const LEFT = new Set(['node_modules', 'dist', '.git', 'coverage']);

/** Calls `changed` with the files of a plugin's folder that were written, added or removed, gathered until it is quiet. */
export function watchPlugin(folder: string, changed: (files: readonly string[]) => void): { close(): Promise<void> } {
  const files = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const ignored = (path: string) =>
    relative(folder, path)
      .split(sep)
      .some((part) => LEFT.has(part));
  const watcher = watch(folder, { ignored, ignoreInitial: true }).on('all', (event, path) => {
    if (event.endsWith('Dir')) return;
    files.add(path);
    clearTimeout(timer);
    timer = setTimeout(() => {
      changed([...files]);
      files.clear();
    }, QUIET_MS);
  });
  return {
    close: () => {
      clearTimeout(timer);
      return watcher.close();
    },
  };
}
