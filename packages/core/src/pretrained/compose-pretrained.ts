import { type Adapter, type Json, ModalkitError } from '@modalkit/contract';
import { checkReferences } from '../compose/check-names.js';
import type { InputPart } from '../data/data-project.js';
import { digest } from '../data/digest.js';
import { type AdapterWeights, hasState, openAdapterWeights } from './adapter-weights.js';
import { locateWeights } from './locate-weights.js';
import type { PretrainedOptions } from './pretrained-options.js';
import { realigned } from './realigned.js';

/** Weights that an input begins with. */
export type Pretrained = AdapterWeights & Pick<PretrainedOptions, 'freeze' | 'realign'>;

/**
 * Gives inputs the weights that the config names for them.
 * @param width of the project's joint space
 * @throws ModalkitError COMPOSE when they are of another adapter, other options or different joint spaces; CHECKPOINT when damaged
 */
export function composePretrained(
  inputs: Readonly<Record<string, InputPart>>,
  pretrained: Readonly<Record<string, PretrainedOptions>>,
  width: number,
  folder: string,
): Record<string, InputPart> {
  checkReferences('pretrained', 'input', Object.keys(pretrained), Object.keys(inputs));
  const composed = { ...inputs };
  for (const [name, options] of Object.entries(pretrained)) {
    const opened = open(`pretrained.${name}`, inputs[name]!, options, folder);
    const { freeze, realign } = options;
    composed[name] = { ...inputs[name]!, pretrained: { ...opened, freeze, realign } };
    const sharing = Object.values(composed).filter(({ stateOf }) => realign && stateOf === name);
    for (const part of sharing) composed[part.name] = { ...part, adapter: realigned(part.adapter, opened.space) };
  }
  checkSpaces(composed, width);
  return composed;
}

function open(who: string, { adapter }: InputPart, { from, sha256 }: PretrainedOptions, folder: string) {
  if (adapter.share !== undefined)
    throw refusal(
      who,
      `the input uses the weights of "${adapter.share}"`,
      `write \`pretrained: { ${adapter.share}: … }\``,
    );
  const opened = openAdapterWeights(locateWeights(who, from, folder));
  if (sha256 !== undefined && sha256 !== opened.sha256)
    throw refusal(
      who,
      `the weights of ${from} have the hash ${opened.sha256}, not ${sha256}`,
      'take those that you mean',
    );
  checkAdapter(who, adapter, opened);
  return opened;
}

/** Weights mean something to the adapter alone that they were trained with. */
function checkAdapter(who: string, adapter: Adapter, opened: AdapterWeights): void {
  if (opened.adapter !== adapter.id)
    throw refusal(who, `the weights are of ${opened.adapter}, the input is ${adapter.id}`, 'compose that adapter');
  if (opened.prepare !== adapter.version) {
    const versions = `the weights were trained on what version ${opened.prepare} of its \`prepare\` makes, this is version ${adapter.version}`;
    throw refusal(who, versions, `take the version of ${adapter.id} that they were exported with`);
  }
  const [then, now] = [withoutShare(opened.options), withoutShare(adapter.options)];
  const changed = [...new Set([...Object.keys(then), ...Object.keys(now)])].filter(
    (key) => digest(then[key]) !== digest(now[key]),
  );
  if (changed.length > 0) {
    const wanted = changed.map((key) => `${key}: ${JSON.stringify(then[key]) ?? 'undefined'}`).join(', ');
    throw refusal(who, `the weights were trained with other options`, `give ${adapter.id} { ${wanted} }`);
  }
  if (hasState(opened) !== Boolean(adapter.fit || adapter.fitPrepared))
    throw refusal(
      who,
      `the weights come ${hasState(opened) ? 'with' : 'without'} a fitted state, unlike the adapter`,
      'export them anew',
    );
}

/** As JSON keeps them: a field that is undefined is not there. */
function withoutShare(options: Json): Record<string, Json> {
  const { share: _, ...rest } = (JSON.parse(JSON.stringify(options)) ?? {}) as Record<string, Json>;
  return rest;
}

function checkSpaces(inputs: Readonly<Record<string, InputPart>>, width: number): void {
  const own = Object.values(inputs).filter(({ pretrained }) => pretrained && !pretrained.realign);
  for (const { name, pretrained } of own) {
    const { space } = pretrained!;
    if (space.width !== width) {
      const fix = `write \`space: { width: ${space.width} }\`, or \`realign: true\` for it`;
      throw refusal(`pretrained.${name}`, `its joint space has the width ${space.width}, the project's ${width}`, fix);
    }
    const first = own[0]!;
    if (space.id === first.pretrained!.space.id) continue;
    const ids = `"${first.name}" is of the joint space ${short(first.pretrained!)} and "${name}" of ${short(pretrained!)}`;
    throw refusal('pretrained', ids, `take weights of one space, or write \`realign: true\` for one of the two`);
  }
}

function short({ space }: Pretrained): string {
  return space.id.slice(0, 12);
}

function refusal(who: string, problem: string, fix: string): ModalkitError {
  return new ModalkitError('COMPOSE', `${who}: ${problem}; ${fix}.`);
}
