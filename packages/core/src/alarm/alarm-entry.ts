import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';

const level = z.number();
const alarm = {
  /** Its own for ever: what is delivered twice is told by it. */
  id: z.string().min(1),
  /** What was watched. */
  watch: z.string(),
  /** When the level rose. */
  began: z.iso.datetime(),
  peak: level,
  /** Of the windows in which the level was high. */
  mean: level,
  windows: z.int().min(0),
  /** Where it is delivered besides the file. */
  to: z.array(z.string()),
};
const begin = z.looseObject({ kind: z.literal('begin'), ...alarm });
const end = z.looseObject({ kind: z.literal('end'), ...alarm, ended: z.iso.datetime() });
const delivered = z.looseObject({
  kind: z.literal('delivered'),
  id: z.string(),
  of: z.enum(['begin', 'end']),
  to: z.string(),
});

const schemas: Readonly<Record<string, z.ZodType>> = { begin, end, delivered };
const event = z.looseObject({ kind: z.string() });

/**
 * A line of `alarms.jsonl`: an alarm that begins or ends, a delivery, or an event of another kind.
 * @throws ModalkitError DATA that names the field
 */
export function alarmEntry(line: unknown, place: string): AlarmEntry {
  const { kind } = parseOptions(event, line, place, 'DATA');
  const schema = Object.hasOwn(schemas, kind) ? schemas[kind]! : event;
  return parseOptions(schema, line, place, 'DATA') as AlarmEntry;
}

export type AlarmBegin = z.output<typeof begin>;
export type AlarmEnd = z.output<typeof end>;
export type AlarmDelivered = z.output<typeof delivered>;
/** What happened besides: a stream was lost, an input drifts, the watch began. */
export interface AlarmEvent {
  readonly kind: string;
  readonly at: string;
  readonly [field: string]: unknown;
}
export type AlarmEntry = AlarmBegin | AlarmEnd | AlarmDelivered | AlarmEvent;
