/**
 * What the recipe comes to, in the words of its users.
 * @param {Result} joint what `modalkit train` measured of the joint model
 * @param {Result} strings of the digit strings
 * @param {Record<string, Result>} speakers of the fold that tests on each speaker
 * @param {Record<string, number>} times of the joint run
 * @typedef {{ values: Record<string, { value: number }>, step: number, trainSeconds: number, peakRssMb: number, backend: string }} Result
 */
export function summarise(joint, strings, speakers, times) {
  const folds = Object.entries(speakers).map(([person, { values }]) => [person, values['accuracy/digit'].value]);
  return {
    pairs: pick(joint, /^retrieval\/(\w+->\w+)\/classR1$/),
    subsets: pick(joint, /^subsets\/digit\/([\w+]+)$/),
    offset: pick(joint, /^offset\/(\w+)$/),
    unseenSpeaker: Object.fromEntries(folds),
    unseenSpeakerMean: folds.reduce((sum, [, accuracy]) => sum + accuracy, 0) / folds.length,
    ctc: { wer: strings.values['wordErrorRate/words'].value },
    steps: joint.step,
    trainSeconds: joint.trainSeconds,
    setupSeconds: times.setupSeconds,
    peakRssMb: joint.peakRssMb,
    backend: joint.backend,
  };
}

/** Values whose names match, by the part of the name in brackets. */
function pick({ values }, pattern) {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, { value }]) => {
      const found = pattern.exec(name);
      return found ? [[found[1], value]] : [];
    }),
  );
}
