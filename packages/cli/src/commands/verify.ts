import { resolve } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { createOutput, type Output } from '../output.js';
import { stopOnSignals } from '../signals.js';
import { type Verified, verifyPlugin } from '../verify/verify-plugin.js';

export interface VerifyFlags {
  readonly registry?: string;
  readonly beside: readonly string[];
  readonly ignore: readonly string[];
  readonly json?: boolean;
}

/** `modalkit verify`. */
export async function verify(folder: string, flags: VerifyFlags): Promise<void> {
  const output = createOutput(flags.json);
  const signal = stopOnSignals(output.say, 'ending the programs that run');
  const result = await verifyPlugin({ ...flags, folder: resolve(folder), signal, progress: !output.json });
  sayFindings(output, result);
  output.result({ ok: errorsOf(result) === 0, ...result });
  refuseErrors(result);
}

/** Every finding: what, why, what to do, and how to have it passed over. */
export function sayFindings(output: Output, result: Verified): void {
  for (const { id, level, what, why, fix, silence } of result.findings)
    output.say(
      `${level.padEnd(7)}  ${id}: ${what}\n         why: ${why}\n         fix: ${fix}\n         or: ${silence}`,
    );
  if (result.ignored.length > 0) output.say(`ignored  ${result.ignored.join(', ')}`);
  const errors = errorsOf(result);
  const warnings = result.findings.length - errors;
  const size = `${(result.bytes / 1024).toFixed(1)} kB`;
  output.say(
    `${result.name} ${result.version}, ${size}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}.`,
  );
}

/** @throws ModalkitError PLUGIN when there are errors */
export function refuseErrors(result: Verified): void {
  const errors = result.findings.filter(({ level }) => level === 'error').map(({ id }) => id);
  if (errors.length > 0)
    throw new ModalkitError(
      'PLUGIN',
      `${result.name} is not fit to be published: ${[...new Set(errors)].join(', ')}; correct what is named above.`,
    );
}

function errorsOf({ findings }: Verified): number {
  return findings.filter(({ level }) => level === 'error').length;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
