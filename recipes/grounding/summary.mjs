/**
 * What the recipe comes to, from what `modalkit train` measured (its summary.json).
 * @param {{ values: Record<string, { value: number }>, step: number, trainSeconds: number, peakRssMb: number, backend: string }} result
 */
export function summarise({ values, step, trainSeconds, peakRssMb, backend }) {
  const of = (name) => values[name].value;
  return {
    pointing: {
      seen: of('pointing/place/seen'),
      unseen: of('pointing/place/unseen'),
      relation: of('pointing/place/relation'),
    },
    languages: { en: of('pointing/place/en'), zh: of('pointing/place/zh') },
    iou: of('iou/place'),
    steps: step,
    trainSeconds,
    peakRssMb,
    backend,
  };
}
