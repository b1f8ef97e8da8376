import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { confirm } from '@clack/prompts';
import { ModalkitError } from '@modalkit/contract';
import { composeProblem } from '../compose/compose-problem.js';
import { removeFromConfig } from '../compose/edit-config.js';
import { packageManagerOf } from '../compose/package-manager.js';
import { showChange } from '../compose/show-change.js';
import { findConfig } from '../find-project.js';
import { createOutput, isInteractive } from '../output.js';
import { lastWords, runProgram } from '../run-program.js';
import { stopOnSignals } from '../signals.js';

export interface RemoveFlags {
  readonly project: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `modalkit remove`. */
export async function remove(name: string, flags: RemoveFlags): Promise<void> {
  const output = createOutput(flags.json);
  const signal = stopOnSignals(output.say, 'ending the programs that run');
  const config = await findConfig(flags.project);
  const folder = dirname(config);
  const manifest = join(folder, 'package.json');
  const text = await readFile(config, 'utf8');
  const before = await readFile(manifest, 'utf8').catch(() => '{}');
  const { dependencies = {}, devDependencies = {} } = JSON.parse(before);
  const installed = name in dependencies || name in devDependencies;
  const { text: changed, places } = removeFromConfig(config, text, name);
  if (changed === text && !installed)
    throw new ModalkitError(
      'USAGE',
      `${name}: neither the config nor package.json names it; \`modalkit list\` shows what is there.`,
    );
  if (changed !== text) output.say(showChange(config, text, changed));
  const asks = !flags.yes && !flags.json && process.stdin.isTTY === true && isInteractive(process.stdout);
  if (asks && (await confirm({ message: 'Change the config like this?' })) !== true)
    throw new ModalkitError('STOPPED', 'Nothing was changed.');
  await writeFile(config, changed);
  if (installed) {
    const { program, remove: args, name: manager } = await packageManagerOf(folder);
    const ran = await runProgram(program, [...args, name], { cwd: folder, signal });
    if (ran.code !== 0) throw new ModalkitError('USAGE', `${manager} does not remove ${name}: ${lastWords(ran)}.`);
    output.say(showChange(manifest, before, await readFile(manifest, 'utf8')));
  }
  const problem = await composeProblem(config);
  output.say(
    `Removed ${name} (${places.join(', ') || 'no place'}).${problem === undefined ? '' : ` The rest does not compose: ${problem}`}`,
  );
  output.result({ name, places, problem });
}
