import { ModalkitError, type ModelView, type Tensor } from '@modalkit/contract';

/**
 * An output of a head.
 * @param kind the heads that have it, for the error
 * @throws ModalkitError COMPOSE when the head has no such output
 */
export function headOutput(who: string, { outputs }: ModelView, head: string, output: string, kind: string): Tensor {
  const found = outputs[`${head}/${output}`];
  if (found) return found;
  const own = Object.keys(outputs).filter((name) => name.startsWith(`${head}/`));
  throw new ModalkitError(
    'COMPOSE',
    `${who}: head "${head}" has no \`${output}\`, its outputs are ${own.map((name) => name.slice(head.length + 1)).join(', ') || 'none'}; name ${kind}.`,
  );
}
