import { ModalkitError, type Sample } from '@modalkit/contract';

/**
 * Refuses a training split in which a target never varies: there is nothing to tell apart.
 * @throws ModalkitError DATA that names the target, its value and the split
 */
export function checkClasses(
  targets: readonly string[],
  samples: readonly Sample[],
  split: string,
  root: string,
): void {
  for (const target of targets) {
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
