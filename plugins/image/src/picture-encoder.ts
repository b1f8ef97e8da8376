import type { InitContext, StepContext, Tensor } from '@modalkit/contract';

/** The grid of tokens laid over a picture. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  /** Side in pixels of the square that a token stands for. */
  readonly side: number;
  readonly channels: number;
}

/** What differs between patches and a CNN: both turn squares of standardised pixels into tokens. */
export interface PictureEncoder {
  readonly grid: Grid;
  /** Width W of its tokens. */
  readonly width: number;
  init(context: InitContext): void;
  /** `[B, T, side * side * C]`, zeros under hidden and invalid tokens -> `[B,T,W]`. */
  encode(context: StepContext, squares: Tensor, layout: { readonly valid: Tensor; readonly hidden: Tensor }): Tensor;
}
