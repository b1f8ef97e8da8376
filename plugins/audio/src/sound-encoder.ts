import type { InitContext, StepContext, Tensor } from '@modalkit/contract';

/** Which tokens of a chunk are heard, and which of them are hidden, `[N,T]` bool. */
export interface ChunkLayout {
  readonly heard: Tensor;
  readonly hidden: Tensor;
}

/** What differs between the encoders: each turns patches of a chunk's spectrogram into tokens. */
export interface SoundEncoder {
  /** Width W of its tokens. */
  readonly width: number;
  init(context: InitContext): void;
  /** `[N, T, values]`, zeros under tokens that are hidden or not heard -> `[N,T,W]`; T is a step's rows, step by step. */
  encode(context: StepContext, patches: Tensor, layout: ChunkLayout): Tensor;
}
