import type { TrainOptions } from './train-options.js';

/**
 * Learning rate at a step counted from 0: a linear warm-up reaches the base rate at step `warmUp - 1`
 * (base * (step + 1) / warmUp), then cosine or linear decay to 0 at the last step (open_clip's schedule), or constant.
 */
export function learningRate(
  step: number,
  options: Pick<TrainOptions, 'learningRate' | 'schedule' | 'warmUp' | 'steps'>,
): number {
  const { learningRate: base, schedule, warmUp, steps } = options;
  if (step < warmUp) return (base * (step + 1)) / warmUp;
  if (schedule === 'constant') return base;
  const progress = Math.min(1, (step - warmUp) / Math.max(1, steps - warmUp));
  return schedule === 'linear' ? base * (1 - progress) : 0.5 * base * (1 + Math.cos(Math.PI * progress));
}
