import { delimiter, join } from 'node:path';
import { ROOT } from '../../recipes/tools/packages.mjs';
import { mustRun } from '../journeys/tools/loopback-registry.js';
import { BIN } from '../journeys/tools/modalkit.js';
import { linkDependencies } from '../templates/link-dependencies.js';

/** A line that was typed, what it printed, and the seconds that it took. */
export interface Typed {
  readonly line: string;
  readonly output: string;
  readonly seconds: number;
}

/**
 * Types lines of a guide: `npx modalkit` is this workspace's. With the environment of a registry `npm install` installs; without
 * one it links what this workspace has.
 */
export function atTheTerminal(registry?: NodeJS.ProcessEnv) {
  const tools = join(ROOT, 'node_modules', '.bin');
  const env = { NODE_ENV: '', ...registry, ...(registry ? {} : { PATH: `${tools}${delimiter}${process.env.PATH}` }) };
  const typed: Typed[] = [];
  const carryOut = async (words: readonly string[], cwd: string): Promise<string> => {
    const [program, first, ...rest] = words as [string, string, ...string[]];
    if (program === 'npx' && first === 'modalkit') return mustRun(process.execPath, [BIN, ...rest], cwd, env);
    if (program !== 'npm' || first !== 'install') return mustRun(program, words.slice(1), cwd, env);
    if (registry) return mustRun('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], cwd, env);
    linkDependencies(cwd);
    return '';
  };
  const type = async (words: readonly string[], cwd: string) => {
    const start = performance.now();
    const output = await carryOut(words, cwd);
    typed.push({ line: words.join(' '), output, seconds: (performance.now() - start) / 1000 });
  };
  return { type, typed };
}
