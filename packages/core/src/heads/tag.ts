import { definePlugin } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { classesOption, classNames } from './class-names.js';
import { classSetTarget } from './class-set-target.js';
import { pooledHead, pooledOptions } from './pooled-head.js';

const ID = '@modalkit/core/tag';
const schema = z.strictObject({ classes: classesOption, ...pooledOptions });

export type TagOptions = z.input<typeof schema>;

/**
 * Multi-label classification: any number of the classes, each on its own, of the fused vector or one input's pooled vector,
 * `[B,D]` -> output `labelLogits [B,classes]`, where above 0 is yes. It reads a list of classes, which may be empty, from the
 * column `target`, which is the head's own name when left out; `binaryCrossEntropy` trains it.
 */
export const tag = definePlugin((options: TagOptions) => {
  const parsed = parseOptions(schema, options, ID);
  const names = classNames(parsed.classes);
  return pooledHead(ID, parsed, {
    spec: classSetTarget(names),
    width: names.length,
    outputs: (labelLogits) => ({ labelLogits }),
  });
});
