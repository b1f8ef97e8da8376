import type { BrokenAdapter } from './broken-adapter.js';
import { digitsPlugin } from './digits.js';
import type { PreparedDigits } from './digits-adapter.js';

/** Adapters that break a promise to people, to live input, or at the end of a run. */
export const brokenLives: Readonly<Record<string, BrokenAdapter>> = {
  'drops the end of a stream': {
    breaks: 'streaming-equals-offline',
    says: /The stream gives 4 tokens, the whole sample 5/,
    plugin: digitsPlugin(({ stream }) => ({
      stream: (context: never) => ({ ...stream!(context), flush: () => [] }),
    })),
  },
  'streams longer windows than it says': {
    breaks: 'streaming-equals-offline',
    says: /The stream's length is 1, and a window has 2 tokens/,
    plugin: digitsPlugin(({ stream }) => ({ stream: (context: never) => ({ ...stream!(context), length: 1 }) })),
  },
  'streams other tokens': {
    breaks: 'streaming-equals-offline',
    says: /Token 0 of the stream is not that of the whole sample/,
    plugin: digitsPlugin(({ stream }) => ({
      stream: (context: never) => {
        const { push, flush } = stream!(context);
        return {
          flush,
          push: (event: never) =>
            push(event).map(({ prepared, ...rest }) => ({
              ...rest,
              prepared: { ids: prepared.ids.map((id) => 9 - id) },
            })),
        };
      },
    })),
  },
  'decodes to words': {
    breaks: 'decoded-is-a-sample-again',
    says: /What decode makes of the classes of sample 0 is no sample/,
    plugin: digitsPlugin(() => ({ decode: (ids: Int32Array) => ids.join(' ') })),
  },
  'shows a hologram': {
    breaks: 'people-can-look-at-it',
    says: /preview gives the kind "hologram"; there are words, picture, sound, film, series/,
    plugin: digitsPlugin(() => ({ preview: async () => ({ kind: 'hologram' }) })),
  },
  'cannot be disposed twice': {
    breaks: 'dispose-can-be-called-twice',
    says: /dispose fails the second time: already closed/,
    plugin: digitsPlugin(() => {
      let closed = false;
      return {
        dispose: () => {
          if (closed) throw new Error('already closed');
          closed = true;
        },
      };
    }),
  },
  'takes more room than it states': {
    breaks: 'budgets-are-held',
    says: /bytes of a prepared sample; budget\.preparedBytes is 1000/,
    plugin: digitsPlugin(({ prepare }) => ({
      prepare: async (...args: Parameters<typeof prepare>) => ({
        ...(await prepare(...args)),
        spare: new Uint8Array(5000),
      }),
    })),
  },
  'takes more time than it states': {
    breaks: 'budgets-are-held',
    says: /ms to prepare a sample; budget\.prepareMs is 0\.5/,
    plugin: digitsPlugin(({ prepare }) => ({
      prepare: async (...args: Parameters<typeof prepare>): Promise<PreparedDigits> => {
        await new Promise((done) => setTimeout(done, 5));
        return prepare(...args);
      },
    })),
    given: { budget: { prepareMs: 0.5 } },
  },
};
