import type { InitContext, StepContext, Tensor } from '@modalkit/contract';

/** Declares `name [rows, width]`, normal with std 0.02 (BERT, Devlin et al. 2019). */
export function initEmbedding(context: InitContext, name: string, rows: number, width: number): void {
  context.weight(name, [rows, width], { kind: 'normal', std: 0.02 });
}

/** `[...]` int32 ids -> `[..., width]`. */
export function embedding(context: StepContext, name: string, ids: Tensor): Tensor {
  return context.tf.gather(context.weight(name), ids as never);
}
