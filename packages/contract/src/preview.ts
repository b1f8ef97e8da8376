/** A sample or result as people look at it. */
export type Preview =
  | { readonly kind: 'words'; readonly text: string }
  | {
      readonly kind: 'picture';
      readonly mime: string;
      readonly base64: string;
      readonly width: number;
      readonly height: number;
    }
  | { readonly kind: 'sound'; readonly mime: string; readonly base64: string }
  | {
      readonly kind: 'series';
      readonly names: readonly string[];
      readonly rate: number;
      readonly values: readonly (readonly number[])[];
    };
