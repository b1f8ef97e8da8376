import { PAIRS, pick, SUBSETS } from './report/parts.mjs';

const OFFSET = /^offset\/(\w+)$/;

/**
 * What the recipe comes to, in the words of its users; what isn't finished is left out.
 * @param {import('./report/results.mjs').Results} results
 * @param {ReturnType<import('./report/gains.mjs').compareGains>} gains
 */
export function summarise({ joint, strings, speakers, seeds }, { gains: _, ...gains }) {
  const folds = Object.entries(speakers).map(([person, { values }]) => [person, values['accuracy/digit'].value]);
  const mean = folds.reduce((sum, [, accuracy]) => sum + accuracy, 0) / folds.length;
  return {
    ...measured(joint),
    ...(folds.length > 0 && { unseenSpeaker: Object.fromEntries(folds), unseenSpeakerMean: mean }),
    ...(strings && { ctc: { wer: strings.values['wordErrorRate/words'].value } }),
    seeds: Object.fromEntries(
      seeds.map((seed) => [seed.config.seed, { folder: seed.folder, step: seed.step, ...measured(seed) }]),
    ),
    gains,
    steps: joint.step,
    trainSeconds: joint.trainSeconds,
    setupSeconds: joint.times.setupSeconds,
    peakRssMb: joint.peakRssMb,
    backend: joint.backend,
  };
}

const measured = (result) => ({
  pairs: pick(result, PAIRS),
  subsets: pick(result, SUBSETS),
  offset: pick(result, OFFSET),
});
