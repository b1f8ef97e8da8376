import { ModalkitError, type Sample } from '@modalkit/contract';
import type { Runtime } from '../compose/index.js';

/**
 * Refuses a training split in which a target that heads or objectives learn from never varies: there is nothing to tell apart.
 * @throws ModalkitError DATA that names the target, its value and the split
 */
export function checkClasses(
  { heads, objectives }: Pick<Runtime, 'heads' | 'objectives'>,
  samples: readonly Sample[],
  split: string,
  root: string,
): void {
  const taught = Object.values(heads).filter(({ fits }) => !fits);
  const learnt = [...taught, ...Object.values(objectives)].flatMap(({ targets = {} }) => Object.keys(targets));
  for (const target of new Set(learnt)) {
    const values = samples.map((sample) => sample.targets[target]).filter((value) => value != null);
    const different = new Set(values.map((value) => JSON.stringify(value)));
    if (different.size !== 1) continue;
    throw new ModalkitError(
      'DATA',
      `${root}: "${target}" is ${[...different][0]} in all ${values.length} samples of split "${split}" that have it: there is one class only; add samples of others, or take out what reads "${target}".`,
      { target, split },
    );
  }
}
