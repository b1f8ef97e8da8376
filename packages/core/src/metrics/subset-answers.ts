import type { Evaluation } from '@modalkit/contract';
import { bestColumn } from './best-column.js';
import { labelsOf } from './labels.js';
import { meanVectors } from './mean-vectors.js';
import { similarityRows } from './similarity-rows.js';
import type { SubsetsSettings } from './subsets.js';

/** What is answered from each subset of the inputs. */
export interface SubsetAnswers {
  /** Class of each sample; -1 where it has none. */
  readonly truth: Int32Array;
  /** By subset, the class that each sample is taken for. */
  readonly answers: ReadonlyMap<readonly string[], Int32Array>;
}

type Inputs = readonly string[];

export async function subsetAnswers(
  evaluation: Evaluation,
  settings: SubsetsSettings,
  all: readonly Inputs[],
): Promise<SubsetAnswers> {
  return settings.head === undefined ? byPrompts(evaluation, settings, all) : byHead(evaluation, settings, all);
}

function byHead(evaluation: Evaluation, { head, target }: SubsetsSettings, all: readonly Inputs[]): SubsetAnswers {
  const truth = labelsOf(evaluation, target).ids;
  const answer = (inputs: Inputs) => {
    const { width, rows } = evaluation.output(`${head}/logits`, inputs);
    return Int32Array.from(truth, (_, row) => bestColumn(rows, width, row));
  };
  return { truth, answers: new Map(all.map((inputs) => [inputs, answer(inputs)])) };
}

async function byPrompts(
  evaluation: Evaluation,
  { by, prompts, target }: SubsetsSettings,
  all: readonly Inputs[],
): Promise<SubsetAnswers> {
  const [names, groups] = [Object.keys(prompts!), Object.values(prompts!)];
  const truth = Int32Array.from(evaluation.samples, (sample) => names.indexOf(String(sample.targets[target])));
  const raw = await evaluation.embed(by!, groups.flat());
  const width = raw.length / groups.flat().length;
  const classes = meanVectors(raw, width, groups);
  const answer = (inputs: Inputs) => {
    const answers = new Int32Array(truth.length);
    similarityRows(summed(evaluation, inputs), classes, width, (row, cosines) => {
      answers[row] = bestColumn(cosines, names.length, 0);
    });
    return answers;
  };
  return { truth, answers: new Map(all.map((inputs) => [inputs, answer(inputs)])) };
}

/** Sum of the inputs' unit vectors: its best class is that of their mean. */
function summed(evaluation: Evaluation, inputs: Inputs): Float32Array {
  const all = inputs.map((input) => evaluation.embeddings(input).rows);
  return all[0]!.map((value, index) => all.slice(1).reduce((sum, rows) => sum + rows[index]!, value));
}
