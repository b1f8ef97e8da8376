import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { type Channel, channelsSchema } from './channels.js';

const count = (least: number, most: number) => z.number().int().min(least).max(most);

/** Where the times of a file's rows are: a column and its unit, or none and rows at a steady rate from `start` seconds on. */
const time = z.union(
  [
    z
      .string()
      .min(1)
      .transform((column) => ({ column, unit: 's' as const })),
    z.strictObject({ column: z.string().min(1), unit: z.enum(['s', 'ms', 'us', 'ns', 'iso']) }),
    z.strictObject({ rate: z.number().positive(), start: z.number().default(0) }),
  ],
  { error: 'must be a column, { column, unit: "s" | "ms" | "us" | "ns" | "iso" } or { rate, start }' },
);

/** Random changes in training, drawn anew for every sample and step; channels that hold their value are left alone. */
const augment = z.strictObject({
  /** Each channel multiplied by 1 - scale … 1 + scale, about its mean. */
  scale: z.number().min(0).max(0.9).default(0),
  /** Each channel moved by at most so many of its deviations. */
  shift: z.number().min(0).max(10).default(0),
  /** Deviation of the noise that is added to each value, in deviations of the channel. */
  noise: z.number().min(0).max(10).default(0),
  /** Deviation of a smooth curve that is added to each channel, in deviations of the channel. */
  drift: z.number().min(0).max(10).default(0),
  /** Two channels that are axes of one plane, turned by at most so many degrees to either side. */
  rotate: z.strictObject({ axes: z.tuple([z.string(), z.string()]), degrees: z.number().min(0).max(180) }).optional(),
});

const common = {
  /** What is read, in this order: names, or `{ name: { unit, rate, column, hold } }`. */
  channels: channelsSchema,
  time: time.default({ column: 'time', unit: 's' }),
  /** Samples a second that every channel is brought to; default the largest rate of a channel. */
  rate: z.number().positive().max(1e6).optional(),
  /** Seconds that one token stands for. */
  window: z.number().positive(),
  /** Seconds from the start of one window to that of the next; default `window`. */
  stride: z.number().positive().optional(),
  /** Seconds between two samples of a channel from which on nothing is known between them; default 3 of its periods. */
  gap: z.number().positive().optional(),
  /** Share of a window's samples at which something must have been measured, or the window is not valid. */
  coverage: z.number().min(0).max(1).default(0.5),
  /** Most windows of a sample. */
  maxTokens: count(1, 65_536).default(512),
  /** Mean and deviation of each channel learnt on the training split, or values as they are. */
  standardise: z.enum(['fit', 'none']).default('fit'),
  /** Whether NaN in a file refuses it or means that nothing was measured; an empty cell or null always means that. */
  nan: z.enum(['refuse', 'missing']).default('refuse'),
  /** Between the fields of a CSV file. */
  delimiter: z.string().length(1).default(','),
  /** Width of the tokens. */
  width: count(1, 4096).default(64),
  /** Transformer blocks that mix the windows. */
  layers: count(0, 64).default(2),
  heads: count(1, 64).default(4),
  /** Added to the tokens: a learnt table or fixed sinusoids. */
  positions: z.enum(['learnable', 'sincos']).default('learnable'),
  /** Windows that are mixed with each other: tokens of one chunk know nothing of another. Needed for live input. */
  chunk: count(1, 4096).optional(),
  augment: augment.optional(),
  /** Name of another sensor input whose weights and statistics this one uses. */
  share: z.string().min(1).optional(),
};

const schemas = {
  patches: z.strictObject({
    ...common,
    encoder: z.literal('patches', { error: 'must be "patches", "conv" or "spectrum"' }).default('patches'),
  }),
  conv: z.strictObject({
    ...common,
    encoder: z.literal('conv'),
    /** Channels of each convolution; each halves the samples of a window. */
    stages: z.array(count(1, 4096)).min(1).max(8).default([32, 64]),
    /** Samples that a convolution sees. */
    kernel: count(1, 64).default(5),
  }),
  spectrum: z.strictObject({
    ...common,
    encoder: z.literal('spectrum'),
    /** Samples that a Fourier transform sees; default the window's, at most 256. */
    frame: count(2, 1024).optional(),
    /** Samples from the start of one to that of the next; default half of `frame`. */
    hop: count(1, 1024).optional(),
  }),
};

type Parsed = z.output<(typeof schemas)[keyof typeof schemas]>;
export type SensorOptions = z.input<(typeof schemas)[keyof typeof schemas]>;
/** Checked options; `windowPoints` and `stridePoints` are window and stride in samples of the common rate. */
export type ParsedSensorOptions = (
  | Exclude<Parsed, { encoder: 'spectrum' }>
  | (Extract<Parsed, { encoder: 'spectrum' }> & { readonly frame: number; readonly hop: number })
) & {
  readonly rate: number;
  readonly windowPoints: number;
  readonly stridePoints: number;
};

/** @throws ModalkitError OPTIONS that names each wrong option and what came */
export function parseSensorOptions(options: SensorOptions): ParsedSensorOptions {
  const schema = schemas[options?.encoder === 'conv' || options?.encoder === 'spectrum' ? options.encoder : 'patches'];
  const parsed = parseOptions<Parsed>(schema, options, '@modalkit/sensor');
  const rate = parsed.rate ?? Math.max(...parsed.channels.map((channel) => channel.rate ?? 0));
  const [windowPoints, stridePoints] = [parsed.window * rate, (parsed.stride ?? parsed.window) * rate];
  const checks = z.object({
    rate: z.number().positive({ error: 'give one, or a rate to a channel' }),
    window: z.literal(true, { error: `must be a whole number of samples at ${rate} Hz; it is ${windowPoints}` }),
    stride: z.literal(true, { error: `must be a whole number of samples at ${rate} Hz; it is ${stridePoints}` }),
    width: z.literal(true, { error: `must be a multiple of heads, ${parsed.heads}` }),
  });
  const whole = (points: number) =>
    rate === 0 || (Math.round(points) >= 1 && Math.abs(points - Math.round(points)) < 1e-6);
  const facts = {
    rate,
    window: whole(windowPoints),
    stride: whole(stridePoints),
    width: parsed.width % parsed.heads === 0,
  };
  parseOptions(checks, facts, '@modalkit/sensor');
  checkAxes(parsed);
  const points = { rate, windowPoints: Math.round(windowPoints), stridePoints: Math.round(stridePoints) };
  return parsed.encoder === 'spectrum'
    ? { ...parsed, ...segments(parsed, points.windowPoints), ...points }
    : { ...parsed, ...points };
}

/** Segment and step of a spectrum in samples. */
function segments(parsed: Extract<Parsed, { encoder: 'spectrum' }>, windowPoints: number) {
  const most = `must be 2 to ${windowPoints} samples, those of the window, and hop at most that`;
  const frame = parsed.frame ?? Math.min(windowPoints, 256);
  const hop = parsed.hop ?? Math.ceil(frame / 2);
  const schema = z.object({ frame: z.number().min(2, most).max(windowPoints, most), hop: z.number().max(frame, most) });
  return parseOptions<{ frame: number; hop: number }>(schema, { frame, hop }, '@modalkit/sensor');
}

function checkAxes({ augment, channels }: Parsed): void {
  const names = channels.map((channel) => channel.name);
  const axis = z.enum(names as [string, ...string[]], { error: `must be a channel: ${names.join(', ')}` });
  const schema = z.object({ augment: z.object({ rotate: z.object({ axes: z.tuple([axis, axis]) }) }) });
  if (augment?.rotate) parseOptions(schema, { augment }, '@modalkit/sensor');
}

/** Seconds between two samples of a channel from which on nothing is known between them. */
export function gapOf(channel: Channel, options: { readonly gap?: number | undefined; readonly rate: number }): number {
  return options.gap ?? 3 / (channel.rate ?? options.rate);
}
