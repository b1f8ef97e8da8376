import { z } from 'zod';

/** What is known of a channel beside its name. */
const channelOptions = z.strictObject({
  /** Unit of its values, for people. */
  unit: z.string().optional(),
  /** Samples a second as the device sends them. */
  rate: z.number().positive().max(1e6).optional(),
  /** Column, key or field it is read from; its own name by default. */
  column: z.string().min(1).optional(),
  /** Keeps its value until the next sample instead of a straight line between them: switches, states. */
  hold: z.boolean().default(false),
});

export const MOST_CHANNELS = 32;
const RESERVED = ['time', 'seq', 'constructor', '__proto__', 'prototype'];

const name = z
  .string()
  .min(1)
  .refine((value) => !RESERVED.includes(value), { error: 'is a reserved name; call the channel otherwise' });

/** Names alone, or names with what is known of them; becomes a list in the order given. */
export const channelsSchema = z
  .union([z.array(name), z.record(name, channelOptions)], {
    error: 'must be a list of names, or { name: { unit, rate, column, hold } }',
  })
  .transform((given): Channel[] =>
    Array.isArray(given)
      ? given.map((channel) => ({ name: channel, column: channel, hold: false }))
      : Object.entries(given).map(([channel, options]) => ({
          ...options,
          name: channel,
          column: options.column ?? channel,
        })),
  )
  .superRefine((channels, context) => {
    const names = new Set(channels.map((channel) => channel.name));
    if (channels.length === 0 || channels.length > MOST_CHANNELS || names.size < channels.length)
      context.addIssue({ code: 'custom', message: `must be 1 to ${MOST_CHANNELS} different names` });
  });

/** One quantity that a device measures. */
export interface Channel {
  readonly name: string;
  readonly column: string;
  readonly unit?: string | undefined;
  /** Hz. */
  readonly rate?: number | undefined;
  readonly hold: boolean;
}

export type ChannelsOption = z.input<typeof channelsSchema>;
