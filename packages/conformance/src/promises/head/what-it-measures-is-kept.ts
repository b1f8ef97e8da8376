import type { HeadFit, Sample } from '@modalkit/contract';
import { ROWS } from '../../made-batch.js';
import type { ModelPart, PartBench } from '../../part-bench.js';
import { broken, type Promised } from '../../promised.js';
import { tidied } from '../../seen.js';

/** So often the four samples are shown, since few say nothing of a spread. */
const TIMES = 8;

export const whatItMeasuresIsKept: Promised<ModelPart, PartBench> = {
  id: 'what-it-measures-is-kept',
  title: 'what it measures after training are finite numbers, as many as a weight of that name has that does not train',
  leftOut: ({ fits }) => (fits ? undefined : 'it measures nothing after training'),
  check(bench) {
    for (const fit of bench.part.fits!) {
      const { rows, width } = rowsOf(bench, fit);
      const values = fit.measure(rows, width, samplesOf(bench), 'heads/tried');
      for (const [name, numbers] of Object.entries(values)) checkKept(bench, name, numbers);
    }
  },
};

function rowsOf({ tf, batch, run }: PartBench, { output }: HeadFit): { rows: Float32Array; width: number } {
  return tidied(tf, () => {
    const found = run(batch())[output];
    if (!found) return broken(`It measures its output "${output}", which it does not give in evaluation.`);
    const once = found.dataSync<'float32'>();
    const rows = Float32Array.from({ length: TIMES * once.length }, (_, at) => once[at % once.length]!);
    return { rows, width: once.length / ROWS.length };
  });
}

function samplesOf({ part, given, tf, batch }: PartBench): Sample[] {
  const inputs = tidied(tf, () => {
    const { view } = batch();
    return Object.entries(view.inputs).map(([name, { present }]) => [name, [...present.dataSync()]] as const);
  });
  return Array.from({ length: TIMES * ROWS.length }, (_, at) => {
    const row = at % ROWS.length;
    const there = inputs.filter(([, present]) => present[row]).map(([name]) => [name, row]);
    const known = Object.keys(part.targets).map((column) => [column, given.targets![column]![row]]);
    return { id: `${at}`, inputs: Object.fromEntries(there), targets: Object.fromEntries(known) };
  });
}

function checkKept({ model }: PartBench, name: string, numbers: Float32Array): void {
  const weight = model.weights.get(name);
  const measured = `It measures "${name}", ${numbers.length} numbers`;
  if (!weight || weight.trainable) broken(`${measured}, but declares no such weight with { trainable: false }.`);
  if (weight.size !== numbers.length) broken(`${measured}, but the weight of that name has ${weight.size}.`);
  if (!numbers.every(Number.isFinite)) broken(`${measured}, of which some are not finite.`);
}
