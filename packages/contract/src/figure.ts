import type { Preview } from './preview.js';

/**
 * One line of a timeline: a sample, which stands at its time when its preview has one and beside the axis when not, or
 * named stretches of time.
 */
export type Track =
  | { readonly name: string; readonly preview: Preview }
  | {
      readonly name: string;
      /** In seconds. */
      readonly spans: readonly { readonly start: number; readonly end: number; readonly label: string }[];
    };

/** A picture for the report, as data. Titles are plain sentences. */
export type Figure =
  /** Rows by columns, for example a confusion or similarity matrix. */
  | {
      readonly kind: 'matrix';
      readonly title: string;
      readonly rows: readonly string[];
      readonly columns: readonly string[];
      readonly values: readonly (readonly number[])[];
      readonly rowTitle?: string;
      readonly columnTitle?: string;
    }
  /** Vectors to be laid out in two dimensions; `group` is the mark's shape, `label` its colour. */
  | {
      readonly kind: 'map';
      readonly title: string;
      readonly points: readonly {
        readonly vector: readonly number[];
        readonly group: string;
        readonly label: string;
      }[];
    }
  /** Queries with their best answers. */
  | {
      readonly kind: 'gallery';
      readonly title: string;
      readonly rows: readonly {
        readonly query: Preview;
        readonly results: readonly { readonly preview: Preview; readonly score: number; readonly hit?: boolean }[];
      }[];
    }
  /** Lines over one axis, each point with its interval; a line of one point is a mark. */
  | {
      readonly kind: 'curves';
      readonly title: string;
      readonly axis: string;
      /** `log` for an axis of powers of ten. */
      readonly scale?: 'linear' | 'log';
      readonly curves: readonly {
        readonly name: string;
        readonly points: readonly {
          readonly at: number;
          readonly value: number;
          readonly low: number;
          readonly high: number;
        }[];
      }[];
    }
  /** What happens when: tracks one below the other on one axis of seconds. */
  | { readonly kind: 'timeline'; readonly title: string; readonly tracks: readonly Track[] };
