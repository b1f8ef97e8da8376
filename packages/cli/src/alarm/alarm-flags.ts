import { type AlarmRule, headsAsked, ModalkitError, type Runtime, type Watched, watchedOf } from '@modalkit/core';
import { positiveNumber } from '../numbers.js';
import { execPlace } from './exec-place.js';
import { httpPlace } from './http-place.js';
import type { Place } from './place.js';

export interface AlarmFlags {
  /** Where alarms go: none are watched for when it is empty. */
  readonly alarm: readonly string[];
  readonly alarms: string;
  readonly watch: readonly string[];
  readonly raise?: string;
  readonly clear?: string;
  readonly minDuration?: string;
  readonly keep?: string;
  readonly exec?: string;
  readonly url?: string;
}

/** What the flags of alarms ask for. */
export interface AlarmsAsked {
  readonly rule: AlarmRule;
  /** Besides the file. */
  readonly places: readonly Place[];
  readonly keep: number;
}

const PLACES: Readonly<Record<string, (flags: AlarmFlags) => Place | undefined>> = {
  jsonl: () => undefined,
  exec: ({ exec }) => execPlace(exec),
  http: ({ url }) => httpPlace(url),
};
/** Level from which on an alarm begins: as likely as not; of an anomaly, its calibrated threshold. */
const RAISE = 0.5;
/** Share of it below which an alarm ends. */
const CLEAR_SHARE = 0.8;
const KEEP_SECONDS = 5;

/** @throws ModalkitError USAGE when a flag is wrong, or is of alarms and there are none */
export function alarmsAsked(flags: AlarmFlags): AlarmsAsked | undefined {
  checkUsed(flags);
  if (flags.alarm.length === 0) return undefined;
  const places = [...new Set(flags.alarm)].flatMap((where) => {
    if (!Object.hasOwn(PLACES, where))
      throw new ModalkitError(
        'USAGE',
        `--alarm ${where}: alarms go to ${Object.keys(PLACES).join(', ')}; name one of these.`,
      );
    return PLACES[where]!(flags) ?? [];
  });
  return {
    places,
    rule: ruleOf(flags),
    keep: flags.keep === '0' ? 0 : (positiveNumber('--keep', flags.keep) ?? KEEP_SECONDS),
  };
}

function ruleOf({ watch, minDuration, ...flags }: AlarmFlags): AlarmRule {
  if (flags.raise === undefined && watch.some((name) => name.includes('/')))
    throw new ModalkitError('USAGE', '--raise: a number of a head has its own scale; say from which level on.');
  const raise = level('--raise', flags.raise) ?? RAISE;
  const clear = level('--clear', flags.clear) ?? (raise > 0 ? CLEAR_SHARE * raise : raise);
  if (clear > raise)
    throw new ModalkitError('USAGE', `--clear ${clear} is above --raise ${raise}; an alarm would end as it begins.`);
  return { raise, clear, minSeconds: positiveNumber('--min-duration', minDuration) ?? 1 };
}

/** Flags that would change nothing are a mistake. */
function checkUsed({ alarm, watch, raise, clear, minDuration, keep, exec, url }: AlarmFlags): void {
  const ofAlarms = {
    '--watch': watch[0],
    '--raise': raise,
    '--clear': clear,
    '--min-duration': minDuration,
    '--keep': keep,
  };
  const needs = (flags: Readonly<Record<string, string | undefined>>, where: string) => {
    const given = Object.entries(flags).find(([, value]) => value !== undefined);
    if (given) throw new ModalkitError('USAGE', `${given[0]} is of alarms; say where they go with --alarm ${where}.`);
  };
  if (alarm.length === 0) needs(ofAlarms, 'jsonl');
  if (!alarm.includes('exec')) needs({ '--exec': exec }, 'exec');
  if (!alarm.includes('http')) needs({ '--url': url }, 'http');
}

function level(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new ModalkitError('USAGE', `${flag} ${text}: give a number.`);
}

/** @throws ModalkitError USAGE when there is no such head, or it cannot be asked about these inputs */
export function watchedBy(runtime: Runtime, names: readonly string[], fed: readonly string[]): readonly Watched[] {
  const watched = names.length > 0 ? [...new Set(names)].map((name) => watchedOf(runtime, name)) : [watchedOf(runtime)];
  const asked = headsAsked(runtime, fed);
  const silent = watched.find(({ head }) => !asked.includes(head));
  if (!silent) return watched;
  const needs = runtime.heads[silent.head]!.inputs?.join(', ') ?? 'an input of the fusion';
  throw new ModalkitError(
    'USAGE',
    `--watch ${silent.name}: the head reads ${needs}, which nothing feeds; add a --source.`,
  );
}
