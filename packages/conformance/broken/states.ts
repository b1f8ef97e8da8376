import { z } from 'zod';
import type { BrokenAdapter } from './broken-adapter.js';
import { digitsPlugin } from './digits.js';

/** Adapters that say something wrong of themselves, of their options or of samples. */
export const brokenStates: Readonly<Record<string, BrokenAdapter>> = {
  'is of another contract': {
    breaks: 'states-what-it-is',
    says: /The adapter states contract 0, this kit judges 1/,
    plugin: digitsPlugin(() => ({ contract: 0 })),
  },
  'goes by another name than its plugin': {
    breaks: 'states-what-it-is',
    says: /The adapter's id is "numbers" and the plugin's "digits"/,
    plugin: digitsPlugin(() => ({ id: 'numbers' })),
  },
  'holds a map in its options': {
    breaks: 'options-are-plain',
    says: /options are not plain JSON/,
    plugin: digitsPlugin(({ options }) => ({ options: { ...(options as object), width: new Map() } })),
  },
  'takes options that it does not know': {
    breaks: 'options-are-refused-by-name',
    says: /The options \{ noSuchOption: a function \} are accepted/,
    plugin: digitsPlugin(undefined, z.object({ width: z.number().default(6) })),
  },
  'refuses options without their names': {
    breaks: 'options-are-refused-by-name',
    says: /The option "noSuchOption" is refused without its name \("digits: wrong options\."\)/,
    plugin: digitsPlugin(
      undefined,
      z.custom<{ width: number }>((value) => (value as { width?: number }).width === 6, 'wrong options'),
    ),
  },
  'takes a width of 0': {
    breaks: 'options-are-refused-by-name',
    says: /The options \{"width":0\} are accepted/,
    plugin: digitsPlugin(undefined, z.strictObject({ width: z.number().default(6) })),
  },
  'takes anything for a sample': {
    breaks: 'what-is-no-sample-is-refused',
    says: /The schema `sample` accepts undefined/,
    plugin: digitsPlugin(() => ({ sample: z.any() })),
  },
  'throws at what is no sample': {
    breaks: 'what-is-no-sample-is-refused',
    says: /The schema `sample` throws for a symbol/,
    plugin: digitsPlugin(({ sample }) => ({
      sample: {
        '~standard': {
          ...sample['~standard'],
          validate: (value: unknown) =>
            typeof value === 'symbol' ? `${value as never}` : sample['~standard'].validate(value),
        },
      },
    })),
  },
};
