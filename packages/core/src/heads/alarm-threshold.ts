import { z } from 'zod';

/** How often a normal sample may be called anomalous: a share of the samples, or so many an hour of one sample every so many seconds. */
export const falseAlarmsOption = z.union([
  z.number().gt(0).lt(1),
  z
    .strictObject({ perHour: z.number().gt(0), every: z.number().gt(0) })
    .refine(({ perHour, every }) => (perHour * every) / 3600 < 1, 'asks for more false alarms than there are samples'),
]);

export type FalseAlarms = z.output<typeof falseAlarmsOption>;

/** The share of normal samples. */
export function falseAlarmShare(falseAlarms: FalseAlarms): number {
  return typeof falseAlarms === 'number' ? falseAlarms : (falseAlarms.perHour * falseAlarms.every) / 3600;
}

/** Normal samples without which no threshold holds such a share: the least n with (n + 1) share >= 1. */
export function samplesFor(share: number): number {
  return Math.ceil(1 / share - 1e-9) - 1;
}

/**
 * The threshold that a new normal sample's score exceeds with a probability of at most `share`: of n held-out normal scores the
 * ceil((n + 1) (1 - share))-th smallest (split conformal prediction, Papadopoulos et al. 2002; as a detector, Laxhammar and
 * Falkman 2010). It holds on average over calibration splits, whatever the scores' distribution, if all are drawn alike.
 */
export function alarmThreshold(scores: Float32Array, share: number): number {
  const rank = Math.ceil((scores.length + 1) * (1 - share) - 1e-9);
  return scores.slice().sort()[Math.min(rank, scores.length) - 1]!;
}
