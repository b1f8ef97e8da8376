import type { InitContext, StepContext, Tensor } from '@modalkit/contract';
import { geluLinear, initLinear, linear } from './linear.js';

/** Declares `name/{expand,contract}`: width -> hidden -> outWidth. */
export function initFeedForward(
  context: InitContext,
  name: string,
  width: number,
  hidden: number,
  outWidth = width,
): void {
  const scope = context.scope(name);
  initLinear(scope, 'expand', width, hidden);
  initLinear(scope, 'contract', hidden, outWidth);
}

/** Two linear layers with a GELU between them, `[..., width]` -> `[..., outWidth]`. */
export function feedForward(context: StepContext, name: string, x: Tensor): Tensor {
  const scope = context.scope(name);
  return geluLinear(scope, 'contract', linear(scope, 'expand', x));
}
