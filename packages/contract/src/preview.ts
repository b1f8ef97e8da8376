/** An encoded picture. */
export interface PictureData {
  readonly mime: string;
  readonly base64: string;
  readonly width: number;
  readonly height: number;
}

/** A sample or result as people look at it. */
export type Preview =
  | { readonly kind: 'words'; readonly text: string }
  | ({ readonly kind: 'picture' } & PictureData)
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
