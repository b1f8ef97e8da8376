import { homedir } from 'node:os';
import { join } from 'node:path';

/** The per-user cache: `MODALKIT_CACHE`, else the platform's own place for caches. */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.MODALKIT_CACHE) return env.MODALKIT_CACHE;
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'modalkit');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'modalkit');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'modalkit');
}
