import { type GroupBy, type LabelRule, ModalkitError, type Sliced, sliceRecordings } from '@modalkit/core';
import { consoleReporter } from '../console-reporter.js';
import { positiveNumber, shareOf } from '../numbers.js';
import { createOutput } from '../output.js';
import { stopOnSignals } from '../signals.js';

export interface SliceFlags {
  readonly out: string;
  readonly length: string;
  readonly stride?: string;
  readonly labelRule: LabelRule;
  readonly target: string;
  readonly background?: string;
  readonly remaining?: string;
  readonly remainingLimit?: string;
  readonly group: GroupBy;
  readonly split: readonly string[];
  readonly hold: readonly string[];
  readonly coverage: string;
  readonly seed: string;
  readonly json?: boolean;
}

/** Bytes of a file above which the config must allow it. */
const FILE_LIMIT = 64 * 2 ** 20;

/** `modalkit slice`. */
export async function slice(recordings: readonly string[], flags: SliceFlags): Promise<void> {
  const output = createOutput(flags.json);
  const held = heldOf(flags.hold);
  const length = positiveNumber('--length', flags.length)!;
  const options = {
    ...{ recordings, out: flags.out, target: flags.target, length, held },
    stride: positiveNumber('--stride', flags.stride) ?? length,
    rule: flags.labelRule,
    group: flags.group,
    coverage: shareOf('--coverage', flags.coverage),
    shares: sharesOf(flags.split, Object.keys(held).length > 0 ? {} : { test: 0.1 }),
    seed: seedOf(flags.seed),
    ...(flags.background !== undefined && { background: flags.background }),
    remaining: remainingOf(flags),
  };
  const signal = stopOnSignals(output.say, 'taking the manifest back');
  const reporter = consoleReporter(output);
  const started = performance.now();
  const progress = (done: number, total: number) => reporter.report({ kind: 'progress', task: 'windows', done, total });
  const sliced = await sliceRecordings({ ...options, signal, progress }).finally(() => reporter.close?.());
  output.say(`${summaryOf(sliced)} into ${flags.out} in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
  if (sliced.largestFile > FILE_LIMIT)
    output.say(
      `Its largest file has ${Math.ceil(sliced.largestFile / 2 ** 20)} MiB: set data.fileLimit above that in the config.`,
    );
  output.result({ out: flags.out, ...sliced });
}

/** @throws ModalkitError USAGE for a limit of nothing */
function remainingOf({ remaining: label, remainingLimit }: SliceFlags) {
  const limit = positiveNumber('--remaining-limit', remainingLimit);
  if (label !== undefined) return { label, limit };
  if (limit === undefined) return undefined;
  throw new ModalkitError('USAGE', '--remaining-limit is of --remaining: name the event too, --remaining failure.');
}

function summaryOf({ windows, unknown, splits, labels, remaining, absent }: Sliced): string {
  const counts = (of: Readonly<Record<string, number>>) =>
    Object.entries(of)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  const parts = [
    counts(splits),
    counts(labels) && `labels ${counts(labels)}`,
    remaining > 0 && `remaining life of ${remaining}`,
    counts(absent) && `absent ${counts(absent)}`,
  ];
  const left = unknown > 0 ? `, ${unknown} in which nothing is known left out` : '';
  return `Sliced ${windows} windows (${parts.filter(Boolean).join('; ')})${left}`;
}

/** @throws ModalkitError USAGE when a flag is no `<split>=<share>`, or they are more than the whole */
function sharesOf(flags: readonly string[], otherwise: Record<string, number>): Record<string, number> {
  if (flags.length === 0) return otherwise;
  const shares: Record<string, number> = {};
  for (const flag of flags) {
    const [split, share] = pairOf('--split', flag, 'test=0.2');
    shares[split] = shareOf(`--split ${split}`, share);
  }
  if (Object.values(shares).reduce((sum, share) => sum + share, 0) > 1 + 1e-9)
    throw new ModalkitError(
      'USAGE',
      `--split ${flags.join(' ')}: the shares are more than 1 together; give smaller ones.`,
    );
  return shares;
}

/** @throws ModalkitError USAGE when a flag is no `<split>=<group>` */
function heldOf(flags: readonly string[]): Record<string, string[]> {
  const held: Record<string, string[]> = {};
  for (const flag of flags) {
    const [split, group] = pairOf('--hold', flag, 'test=press-3');
    held[split] = [...(held[split] ?? []), group];
  }
  return held;
}

function pairOf(flag: string, text: string, example: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0 && at < text.length - 1) return [text.slice(0, at), text.slice(at + 1)];
  throw new ModalkitError('USAGE', `${flag} ${text}: write ${flag} ${example}.`);
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new ModalkitError('USAGE', `--seed ${text}: give a whole number from 0 on.`);
}
