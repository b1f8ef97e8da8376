import { definePlugin } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { classesOption, classNames } from './class-names.js';
import { classTarget } from './class-target.js';
import { pooledHead, pooledOptions } from './pooled-head.js';

const ID = '@modalkit/core/classify';
const schema = z.strictObject({ classes: classesOption, ...pooledOptions });

export type ClassifyOptions = z.input<typeof schema>;

/**
 * Classifies the fused vector, or one input's pooled vector, `[B,D]` -> output `logits [B,classes]`. It reads the class
 * (a name or an index) from the column `target`, which is the head's own name in the config when left out.
 */
export const classify = definePlugin((options: ClassifyOptions) => {
  const parsed = parseOptions(schema, options, ID);
  const names = classNames(parsed.classes);
  return pooledHead(ID, parsed, { spec: classTarget(names), width: names.length, outputs: (logits) => ({ logits }) });
});
