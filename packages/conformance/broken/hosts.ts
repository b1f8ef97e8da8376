import { fileURLToPath } from 'node:url';
import { jsBackend } from '@modalkit/backend/js';
import type { HostArrays } from '@modalkit/contract';
import type { BrokenAdapter } from './broken-adapter.js';
import { digitsPlugin } from './digits.js';
import type { PreparedDigits, RawDigits } from './digits-adapter.js';

class Digits {
  readonly ids: Int32Array;
  constructor(ids: Int32Array) {
    this.ids = ids;
  }
  all(): Int32Array {
    return this.ids;
  }
}

const inWorker = (factory: string) => ({
  worker: { module: fileURLToPath(new URL('./in-worker.mjs', import.meta.url)), factory },
});

/** The good collate with its arrays changed. */
const collated = (change: (arrays: HostArrays, prepared: readonly (PreparedDigits | undefined)[]) => void) =>
  digitsPlugin(({ collate }) => ({
    collate: (...args: Parameters<typeof collate>) => {
      const arrays = collate(...args);
      change(arrays, args[0]);
      return arrays;
    },
  }));

let drawn = 0;

/** Adapters whose hooks on the host break a promise. */
export const brokenHosts: Readonly<Record<string, BrokenAdapter>> = {
  'learns a map': {
    breaks: 'fit-is-plain',
    says: /fit gives a Map \(state\.seen\)/,
    plugin: digitsPlugin(() => ({ fit: async () => ({ classes: 10, seen: new Map([[1, 2]]) }) })),
  },
  'counts the samples that it prepares': {
    breaks: 'prepare-is-deterministic',
    says: /prepare gave something else for sample 4 the second time/,
    plugin: digitsPlugin(({ prepare }) => ({
      prepare: async (...args: Parameters<typeof prepare>) => ({ ...(await prepare(...args)), drawn: drawn++ }),
    })),
  },
  'writes into its samples': {
    breaks: 'prepare-changes-nothing',
    says: /prepare changes sample 0; work on a copy/,
    plugin: digitsPlugin(({ prepare }) => ({
      prepare: async (sample: RawDigits & { seen?: boolean }, context: never) => {
        sample.seen = true;
        return prepare(sample, context);
      },
    })),
  },
  'computes with tensors in prepare': {
    breaks: 'prepare-makes-no-tensor',
    says: /prepare makes a tensor/,
    plugin: digitsPlugin(({ prepare }) => ({
      prepare: async (...args: Parameters<typeof prepare>) => {
        const { tf } = await jsBackend();
        tf.dispose(tf.scalar(1));
        return prepare(...args);
      },
    })),
  },
  'prepares instances of a class': {
    breaks: 'prepare-crosses-threads',
    says: /serialised and read again, cannot be collated/,
    plugin: digitsPlugin(({ prepare, augment, collate, supports }) => ({
      supports: { ...supports, streaming: false },
      prepare: async (...args: Parameters<typeof prepare>) => new Digits((await prepare(...args)).ids),
      augment: async (...[prepared, ...rest]: Parameters<NonNullable<typeof augment>>) =>
        new Digits((await augment!(prepared, ...rest)).ids),
      collate: (rows: readonly (Digits | undefined)[], ...rest: [never, never]) =>
        collate(
          rows.map((row) => row && { ids: row.all() }),
          ...rest,
        ),
    })),
  },
  'prepares functions': {
    breaks: 'prepare-crosses-threads',
    says: /What prepare gives cannot be serialised/,
    plugin: digitsPlugin(({ prepare }) => {
      const sizeOf = () => 1;
      return { prepare: async (...args: Parameters<typeof prepare>) => ({ ...(await prepare(...args)), sizeOf }) };
    }),
    given: { budget: undefined },
  },
  'gives something else in a worker': {
    breaks: 'prepare-runs-in-a-worker',
    says: /prepare gives something else for sample 0 in a worker thread/,
    plugin: digitsPlugin(),
    given: inWorker('digitsOfTheMainThread'),
  },
  'does not run in a worker': {
    breaks: 'prepare-runs-in-a-worker',
    says: /prepare fails in a worker thread: this codec runs on the main thread alone/,
    plugin: digitsPlugin(),
    given: inWorker('digitsWithoutWorkers'),
  },
  'reads a file that nobody named': {
    breaks: 'only-named-files-are-read',
    says: /prepare reads "digits\.json", which `files` does not name/,
    plugin: digitsPlugin(() => ({ files: () => [] })),
  },
  'augments by numbers of its own': {
    breaks: 'augment-is-keyed',
    says: /augment gives something else for one key/,
    plugin: digitsPlugin(() => ({
      augment: ({ ids }: PreparedDigits) => ({ ids: ids.map(() => Math.floor(10 * Math.random())) }),
    })),
  },
  'augments what is cached': {
    breaks: 'augment-is-keyed',
    says: /augment changes the prepared sample/,
    plugin: digitsPlugin(() => ({
      augment: (prepared: PreparedDigits) => {
        prepared.ids[0] = 0;
        return prepared;
      },
    })),
  },
  'states ranks as floats': {
    breaks: 'collate-fills-the-bucket',
    says: /order is float32 \[5,5\]; it must be int32 \[5,5\]/,
    plugin: collated((arrays) => {
      const { shape, data } = arrays.order!;
      Object.assign(arrays, { order: { dtype: 'float32', shape, data: Float32Array.from(data) } });
    }),
  },
  'lets NaN through': {
    breaks: 'collate-fills-the-bucket',
    says: /loud holds numbers that are not finite/,
    plugin: collated((arrays, prepared) => {
      const data = Float32Array.from(prepared, (sample) => (sample ? Number.NaN : 0));
      Object.assign(arrays, { loud: { dtype: 'float32', shape: [prepared.length], data } });
    }),
  },
  'takes nines for nothing': {
    breaks: 'length-is-the-tokens',
    says: /Sample 3 has no valid token; refuse in prepare what makes none/,
    plugin: collated((arrays, prepared) => {
      const tokens = arrays.valid.shape[1]!;
      for (const [row, sample] of prepared.entries())
        if (sample?.ids.every((id) => id === 9)) arrays.valid.data.fill(0, row * tokens, (row + 1) * tokens);
    }),
  },
  'fills absent rows': {
    breaks: 'absent-row-is-empty',
    says: /The row of an absent sample holds numbers other than 0 in "ids"/,
    plugin: collated((arrays, prepared) => {
      const tokens = arrays.valid.shape[1]!;
      for (const [row, sample] of prepared.entries())
        if (!sample) arrays.ids!.data.fill(1, row * tokens, (row + 1) * tokens);
    }),
  },
  'runs its clock backwards': {
    breaks: 'positions-are-in-order',
    says: /Of sample 0, valid token 0 has time \[0,-0\.1.*\] after \[none\]: times are \[start, end\]/,
    plugin: collated(({ time }) => {
      time!.data.forEach((value, at) => {
        time!.data[at] = value === 0 ? 0 : -value;
      });
    }),
  },
  'ranks every token first': {
    breaks: 'positions-are-in-order',
    says: /has order \[0\] after \[0\]: ranks rise from token to token/,
    plugin: collated(({ order }) => {
      order!.data.fill(0);
    }),
  },
};
