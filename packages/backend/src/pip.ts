import { ModalkitError } from '@modalkit/contract';
import { type CommandOptions, type CommandResult, lastLine, runCommand } from './run-command.js';

const CANDIDATES: readonly (readonly string[])[] = [
  ['python3', '-m', 'pip'],
  ['python', '-m', 'pip'],
  ['py', '-3', '-m', 'pip'],
  ['pip3'],
  ['pip'],
];
const QUIET = ['--disable-pip-version-check', '--no-input', '--no-cache-dir'];
const PROGRESS_OFF = ['--progress-bar', 'off'];

/** The command that runs pip here. */
export async function findPip(options: CommandOptions = {}): Promise<readonly string[]> {
  for (const candidate of CANDIDATES) {
    const [program, ...args] = candidate;
    if ((await runCommand(program!, [...args, '--version'], options)).code === 0) return candidate;
  }
  throw new ModalkitError(
    'BACKEND',
    'native backend: no pip was found (tried python3 -m pip, python -m pip, pip3, pip); install Python 3 with pip, then run "modalkit backend install".',
    { reason: 'no-pip' },
  );
}

/** Runs pip with its own settings: index, mirror and proxy are whatever its configuration says. */
export async function runPip(args: readonly string[], what: string, options: CommandOptions): Promise<CommandResult> {
  const [program, ...prefix] = await findPip(options);
  const result = await runCommand(program!, [...prefix, ...args, ...QUIET, ...PROGRESS_OFF], options);
  if (result.code === 0) return result;
  if (/No space left on device|Errno 28|not enough space/i.test(result.stderr)) throw diskFull();
  const errors = result.stderr.split('\n').filter((line) => line.startsWith('ERROR:'));
  throw new ModalkitError(
    'BACKEND',
    `native backend: pip could not fetch ${what} (${errors.at(-1) ?? lastLine(result.stderr)}); check the index and proxy in "pip config list", then run "modalkit backend install" again.`,
    { reason: 'pip', stderr: result.stderr.slice(-4000) },
  );
}

function diskFull(): Error {
  return Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
}
