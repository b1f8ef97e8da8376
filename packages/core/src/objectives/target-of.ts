import { ModalkitError, type ModelView, type TargetView } from '@modalkit/contract';

/** A target that some part declares. @throws ModalkitError COMPOSE that lists those there are */
export function targetOf(who: string, { targets }: ModelView, name: string): TargetView {
  const target = targets[name];
  if (target) return target;
  const known = Object.keys(targets).join(', ') || 'none';
  throw new ModalkitError('COMPOSE', `${who}: no part declares the target "${name}"; declared are ${known}.`);
}
