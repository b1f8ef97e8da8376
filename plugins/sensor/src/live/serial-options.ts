import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { channelsSchema } from '../channels.js';

const common = {
  /** `/dev/ttyUSB0`, `COM3`, or a pseudo-terminal. */
  port: z.string().min(1),
  /** Bits a second. */
  baudRate: z.number().int().min(50).max(12_000_000).default(115_200),
  /** In the order in which the device sends them. */
  channels: channelsSchema,
  /**
   * Where the times of events come from: `corrected` is the device's clock with its drift, jumps and the line's jitter fitted
   * away; `device` is the device's clock as it is, from the moment the first packet came (for devices that send faster than
   * time passes); `arrival` is when packets were read.
   */
  clock: z.enum(['corrected', 'device', 'arrival']).default('corrected'),
  /** Smallest step of the device's clock, in seconds, that is taken for a jump. */
  jump: z.number().positive().max(3600).default(0.25),
  /** Seconds that a packet ahead of its turn waits for those before it; 0 on lines that cannot reorder. */
  reorder: z.number().min(0).max(10).default(0.2),
  /** Seconds between packets from which on nothing is known of the time between; default 3 periods, or 1 without rates. */
  gap: z.number().positive().max(3600).optional(),
  /** Packets that may wait for the consumer. */
  buffer: z.number().int().min(16).max(10_000_000).default(65_536),
  /** What happens when more would wait. */
  overflow: z.enum(['drop-oldest', 'drop-newest', 'fail']).default('drop-oldest'),
};

const text = {
  /** Unit of the device's time. */
  timeUnit: z.enum(['s', 'ms', 'us']).default('s'),
};

const schemas = {
  cobs: z.strictObject({
    ...common,
    format: z.literal('cobs', { error: 'must be "csv", "jsonl" or "cobs"' }),
    /** Checksum at the end of each frame. */
    checksum: z.enum(['crc32', 'crc16']).default('crc32'),
  }),
  csv: z.strictObject({
    ...common,
    ...text,
    format: z.literal('csv'),
    /** What each field of a line is: `seq`, `time`, a channel's column, or another name for what is not used. */
    columns: z.array(z.string()).min(1).optional(),
  }),
  jsonl: z.strictObject({
    ...common,
    ...text,
    format: z.literal('jsonl'),
    /** The objects have a packet number `seq`. */
    numbered: z.boolean().default(true),
    /** The objects have a time `time`. */
    timed: z.boolean().default(true),
  }),
};

export type SerialOptions = z.input<(typeof schemas)['cobs' | 'csv' | 'jsonl']>;
export type ParsedSerialOptions = z.output<(typeof schemas)['cobs' | 'csv' | 'jsonl']>;

/** @throws ModalkitError OPTIONS that names each wrong option and what came */
export function parseSerialOptions(options: SerialOptions): ParsedSerialOptions {
  const format: string = options?.format;
  const schema = schemas[format === 'csv' || format === 'jsonl' ? format : 'cobs'];
  const parsed = parseOptions<ParsedSerialOptions>(schema, options, '@modalkit/sensor serial');
  if (parsed.format !== 'csv') return parsed;
  const columns = parsed.columns ?? ['seq', 'time', ...parsed.channels.map(({ column }) => column)];
  const fields = z.array(z.string()).superRefine((all, context) => {
    for (const { column } of parsed.channels)
      if (!all.includes(column))
        context.addIssue({ code: 'custom', message: `lacks the channel ${JSON.stringify(column)}` });
    if (new Set(all).size < all.length) context.addIssue({ code: 'custom', message: 'names a field twice' });
  });
  parseOptions(z.object({ columns: fields }), { columns }, '@modalkit/sensor serial');
  return { ...parsed, columns };
}
