/** An encoded picture. */
export interface PictureData {
  readonly mime: string;
  readonly base64: string;
  readonly width: number;
  readonly height: number;
}

/** Left, top, right, bottom in 0..1 of a picture. */
type Edges = readonly [left: number, top: number, right: number, bottom: number];

/** What is drawn over a picture. */
export interface PictureMarks {
  /** How much of the attention each region has, 0..1. */
  readonly heat: readonly { readonly box: Edges; readonly share: number }[];
  readonly boxes: readonly { readonly box: Edges; readonly label: string }[];
}

/** A sample or result as people look at it. */
export type Preview =
  | { readonly kind: 'words'; readonly text: string }
  | ({ readonly kind: 'picture'; readonly marks?: PictureMarks } & PictureData)
  | {
      readonly kind: 'sound';
      readonly mime: string;
      readonly base64: string;
      /** Length of what is heard. */
      readonly seconds?: number;
      /** Of all that is heard: time to the right, frequency upwards. */
      readonly spectrogram?: PictureData;
    }
  /** Frames with their presentation times in seconds. */
  | { readonly kind: 'film'; readonly frames: readonly (PictureData & { readonly time: number })[] }
  | {
      readonly kind: 'series';
      readonly names: readonly string[];
      /** Values a second of each series; `start` is the second of the first one. */
      readonly rate: number;
      readonly start?: number;
      readonly values: readonly (readonly number[])[];
    };
