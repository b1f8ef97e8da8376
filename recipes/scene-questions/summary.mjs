import { KINDS } from './questions.mjs';

const FUSIONS = /** @type {const} */ (['early', 'late', 'cross']);
const RELATIONS = ['relation', 'negatedRelation', 'relatedCount'];
/** What the best fusion must reach, by how much it must be ahead of the question alone, and how near to that is dominance. */
const [ENOUGH, AHEAD, NEAR] = [0.9, 0.2, 0.05];

/**
 * @typedef {{ value: number, low: number, high: number, n: number }} Measured
 * @typedef {{ values: Record<string, Measured>, step: number, trainSeconds: number, parameters: number, backend: string,
 *   bySteps: Record<string, number> }} Result `bySteps`: accuracy at each evaluation
 */

/**
 * What the recipe comes to, from summary.json of each training: accuracy by kind of question, with and without the picture.
 * @param {Record<'early' | 'late' | 'cross' | 'question' | 'dominated' | 'looking', Result>} results
 */
export function summarise(results) {
  const fusions = Object.fromEntries(FUSIONS.map((name) => [name, rowOf(results[name])]));
  const question = rowOf(results.question);
  const [best] = [...FUSIONS].sort((a, b) => fusions[b].accuracy.value - fusions[a].accuracy.value);
  const ahead = ({ accuracy }) => accuracy.value - question.accuracy.value;
  const [dominated, looking] = [results.dominated, results.looking].map((result) => ({
    ...rowOf(result),
    bySteps: result.bySteps,
  }));
  return {
    holds: {
      accuracy: fusions[best].accuracy.value >= ENOUGH,
      ahead: ahead(fusions[best]) >= AHEAD,
      lateBlind: fusions.late.relations < fusions[best].relations - AHEAD,
      dominance: Object.entries(dominated.bySteps).some(
        ([step, accuracy]) =>
          accuracy - question.accuracy.value <= NEAR && looking.bySteps[step] - question.accuracy.value > NEAR,
      ),
    },
    best,
    fusions,
    question,
    dominance: { 'weights.thing: 0': dominated, 'weights.thing: 1': looking },
    backend: results.early.backend,
  };
}

function rowOf({ values, step, trainSeconds, parameters }) {
  const byKind = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, values[`accuracy/answer/${kind}`].value]));
  const relations = RELATIONS.reduce((sum, kind) => sum + byKind[kind], 0) / RELATIONS.length;
  return { accuracy: values['accuracy/answer'], byKind, relations, steps: step, trainSeconds, parameters };
}

/** Accuracy at each evaluation that metrics.jsonl tells of. @param {string} lines @returns {Record<string, number>} */
export function accuracyBySteps(lines) {
  const events = lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return Object.fromEntries(
    events.flatMap(({ kind, step, values }) =>
      kind === 'evaluation' && values['accuracy/answer'] ? [[step, values['accuracy/answer'].value]] : [],
    ),
  );
}
