/**
 * What the main job comes to, from what `modalkit train` measured (its summary.json) and the run's times.
 * @param {{ values: Record<string, { value: number }>, step: number, trainSeconds: number, peakRssMb: number, backend: string }} result
 * @param {{ times: Record<string, number> }} run the run's run.json
 */
export function summarise({ values, step, trainSeconds, peakRssMb, backend }, { times }) {
  const of = (name) => values[name].value;
  return {
    zeroShot: { en: of('zeroShot/en'), zh: of('zeroShot/zh') },
    match: of('accuracy/match'),
    retrieval: {
      'image->text': { classR1: of('retrieval/picture->caption/classR1') },
      'text->image': { classR1: of('retrieval/caption->picture/classR1') },
    },
    steps: step,
    trainSeconds,
    setupSeconds: times.setupSeconds,
    peakRssMb,
    backend,
  };
}
