import { proportion } from '@modalkit/core';
import { KINDS } from './questions.mjs';

const FUSIONS = /** @type {const} */ (['early', 'late', 'cross']);
const RELATIONS = ['relation', 'negatedRelation', 'relatedCount'];
/** What the best fusion must reach, by how much it must be ahead of the question alone, and how near to that is dominance. */
const [ENOUGH, AHEAD, NEAR] = [0.9, 0.2, 0.05];
/** The two values of the sweep, as the summary names them. */
const [PLAIN, LOOKING] = ['weights.thing: 0', 'weights.thing: 1'];

/**
 * @typedef {{ value: number, low: number, high: number, n: number }} Measured
 * @typedef {{ values: Record<string, Measured>, step: number, trainSeconds: number, parameters: number, backend: string }} Result
 */

/**
 * What the recipe comes to, from summary.json of each training: accuracy by kind of question, with and without the picture; and
 * where words nearly tell the answer, over all seeds.
 * @param {Record<'early' | 'late' | 'cross' | 'question', Result>} results
 * @param {readonly Record<'plain' | 'looking' | 'question', Result>[]} telling of each seed
 */
export function summarise(results, telling) {
  const fusions = Object.fromEntries(FUSIONS.map((name) => [name, rowOf(results[name])]));
  const question = rowOf(results.question);
  const [best] = [...FUSIONS].sort((a, b) => fusions[b].accuracy.value - fusions[a].accuracy.value);
  const ahead = ({ accuracy }) => accuracy.value - question.accuracy.value;
  const dominance = dominanceOf(telling);
  const beyondWords = ({ accuracy }) => accuracy.value - dominance.question.accuracy.value;
  return {
    holds: {
      accuracy: fusions[best].accuracy.value >= ENOUGH,
      ahead: ahead(fusions[best]) >= AHEAD,
      lateBlind: fusions.late.relations < fusions[best].relations - AHEAD,
      dominance: beyondWords(dominance[PLAIN]) <= NEAR,
      reduced: beyondWords(dominance[LOOKING]) > NEAR,
    },
    best,
    fusions,
    question,
    dominance,
    backend: results.early.backend,
  };
}

/** Mean accuracy of the seeds, all of them asked the same questions: all questions, those with the usual answer, and the others. */
function dominanceOf(telling) {
  const mean = (name, key) => {
    const measured = telling.map((results) => results[name].values[key]);
    const { n } = measured[0];
    const value = measured.reduce((sum, each) => sum + each.value, 0) / measured.length;
    return proportion(Math.round(value * n), n);
  };
  const row = (name) => ({
    accuracy: mean(name, 'accuracy/answer'),
    usual: mean(name, 'accuracy/answer/usual'),
    unusual: mean(name, 'accuracy/answer/unusual'),
    bySeed: telling.map((results) => results[name].values['accuracy/answer'].value),
    trainSeconds: telling.reduce((sum, results) => sum + results[name].trainSeconds, 0) / telling.length,
  });
  return { [PLAIN]: row('plain'), [LOOKING]: row('looking'), question: row('question') };
}

function rowOf({ values, step, trainSeconds, parameters }) {
  const byKind = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, values[`accuracy/answer/${kind}`].value]));
  const relations = RELATIONS.reduce((sum, kind) => sum + byKind[kind], 0) / RELATIONS.length;
  return { accuracy: values['accuracy/answer'], byKind, relations, steps: step, trainSeconds, parameters };
}
