import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { servePage } from '../dev/page-server.js';
import { PluginSession } from '../dev/plugin-session.js';
import { watchPlugin } from '../dev/watch-plugin.js';
import { createOutput, type Output } from '../output.js';
import { stopOnSignals } from '../signals.js';
import { readManifest } from '../verify/packed-plugin.js';

/** Sources and tests: of these the tests that import them are run again, of all others every test. */
const MODULE = /^(?:src|test)[/\\].*\.[cm]?[jt]sx?$/;

/** `modalkit dev`. */
export async function dev(folder: string, flags: { readonly port: string }): Promise<void> {
  const output = createOutput();
  const root = resolve(folder);
  const { name } = await readManifest(root);
  const signal = stopOnSignals(output.say, 'closing the page');
  const session = new PluginSession(name, root);
  const server = await servePage(session, portOf(flags.port));
  session.on('change', () => sayChecks(output, session));
  const watcher = watchPlugin(root, (files) => {
    const modules = files.every((file) => MODULE.test(relative(root, file)) && existsSync(file));
    output.say(`Changed: ${files.map((file) => relative(root, file)).join(', ')}`);
    void session.check(modules ? files : undefined);
  });
  output.say(`${name}: ${server.url} follows what you save; Ctrl-C ends.`);
  void session.check();
  if (!signal.aborted) await once(signal, 'abort');
  await Promise.all([watcher.close(), server.close(), session.close()]);
}

function portOf(text: string): number {
  const port = Number(text);
  if (text !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new ModalkitError('USAGE', `--port ${text}: give a whole number from 0 to 65535.`);
}

function sayChecks(output: Output, session: PluginSession): void {
  const { groups, failure, seconds } = session.page();
  const checks = groups.flatMap((group) => group.checks);
  const count = (result: string) => checks.filter((check) => check.result === result).length;
  for (const words of [failure, ...groups.map((group) => group.failure)])
    if (words !== undefined) output.say(`failed   ${words.split('\n')[0]}`);
  for (const { result, title, says = '' } of checks)
    if (result === 'broken') output.say(`broken   ${title}: ${says.split('\n')[0]}`);
  output.say(
    `${count('broken')} broken, ${count('kept')} kept, ${count('left-out')} not checked${seconds === undefined ? '' : ` (${seconds.toFixed(1)} s)`}`,
  );
}
