import { ModalkitError, type TargetSpec } from '@modalkit/contract';
import { checkReferences } from '../compose/check-names.js';
import type { Parts } from '../compose/check-parts.js';
import { joinedInputs } from '../compose/joined-inputs.js';
import { type ContributionOptions, MOST_INPUTS } from './contribution-options.js';

const WHO = 'train.contribution';

/** @throws ModalkitError COMPOSE when the head, its target or an input is not there, or there is nothing to share out */
export function checkContribution(
  { head, target = head, inputs }: ContributionOptions,
  parts: Pick<Parts, 'inputs' | 'heads' | 'fusion'>,
  targets: Readonly<Record<string, TargetSpec>>,
): void {
  checkReferences(WHO, 'head', [head], Object.keys(parts.heads));
  checkReferences(WHO, 'target', [target], Object.keys(targets));
  if (!targets[target]!.names)
    throw new ModalkitError(
      'COMPOSE',
      `${WHO}: target "${target}" holds no classes; name the head of a classification.`,
    );
  if (!parts.heads[head]!.needsFusion || !parts.fusion)
    throw new ModalkitError('COMPOSE', `${WHO}: the head "${head}" reads no fused tokens; name one that does.`);
  const joined = joinedInputs(parts.fusion, parts.inputs);
  checkReferences(WHO, 'input of the fusion', inputs, joined);
  if (inputs === undefined && (joined.length < 2 || joined.length > MOST_INPUTS))
    throw new ModalkitError(
      'COMPOSE',
      `${WHO}: the fusion joins ${joined.length} inputs; accuracy is shared out among 2 to ${MOST_INPUTS}: name them in \`inputs\`.`,
    );
}
