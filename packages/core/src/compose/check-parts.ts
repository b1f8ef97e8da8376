import {
  type Balancer,
  type Fusion,
  type Head,
  type LiveSource,
  type MaskPolicy,
  type Metric,
  ModalkitError,
  type Objective,
  type TargetSpec,
} from '@modalkit/contract';
import { checkContribution } from '../contribution/check-contribution.js';
import type { InputPart } from '../data/data-project.js';
import { checkCurriculum } from '../train/curriculum.js';
import type { TrainOptions } from '../train/train-options.js';
import { checkReferences } from './check-names.js';
import { joinedInputs } from './joined-inputs.js';

/** The parts of a project that refer to each other by name. */
export interface Parts {
  readonly inputs: Readonly<Record<string, InputPart>>;
  readonly fusion?: Fusion;
  readonly heads: Readonly<Record<string, Head>>;
  readonly objectives: Readonly<Record<string, Objective>>;
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly masking: Readonly<Record<string, MaskPolicy>>;
  readonly tokenBudget?: { readonly inputs: readonly string[] };
  readonly live: Readonly<Record<string, LiveSource>>;
  readonly balancer: Balancer;
  readonly train?: Pick<TrainOptions, 'contribution' | 'curriculum' | 'split'>;
}

/** Refuses references to parts that are not composed and capabilities that a part does not have. */
export function checkParts(parts: Parts, targets: Readonly<Record<string, TargetSpec>>): void {
  const [inputs, heads] = [Object.keys(parts.inputs), Object.keys(parts.heads)];
  checkShares(parts.inputs);
  checkReferences('fusion', 'input', parts.fusion?.inputs, inputs);
  for (const [name, head] of Object.entries(parts.heads)) {
    checkReferences(`heads/${name}`, 'input', head.inputs, inputs);
    if (head.needsFusion) checkFused(`heads/${name}`, parts);
    if (head.decoder) checkDecoder(`heads/${name}`, head, head.decoder.input, parts);
    checkHeldOut(`heads/${name}`, head, parts);
  }
  for (const [name, objective] of Object.entries(parts.objectives)) {
    checkReferences(`objectives/${name}`, 'input', objective.inputs, inputs);
    checkReferences(`objectives/${name}`, 'head', objective.heads, heads);
    checkObjective(`objectives/${name}`, objective, parts);
  }
  for (const [name, metric] of Object.entries(parts.metrics)) {
    checkReferences(`metrics/${name}`, 'input', metric.inputs, inputs);
    checkReferences(`metrics/${name}`, 'head', metric.heads, heads);
    for (const head of metric.written ?? []) checkWrites(`metrics/${name}`, head, parts.heads[head]!);
    checkReferences(`metrics/${name}`, 'target', metric.targets, Object.keys(targets));
  }
  checkReferences('balancer', 'input', parts.balancer.inputs, inputs);
  checkReferences('balancer', 'head', parts.balancer.heads, heads);
  checkReferences('balancer', 'target', parts.balancer.targets, Object.keys(targets));
  if (parts.train?.contribution) checkContribution(parts.train.contribution, parts, targets);
  checkCurriculum(parts.train?.curriculum ?? [], inputs);
  checkWindow(parts);
  checkMasking(parts);
  checkLive(parts);
  const clash = Object.keys(targets).find((name) => inputs.includes(name));
  if (clash)
    throw new ModalkitError(
      'COMPOSE',
      `Target "${clash}" has the name of an input; a manifest column is one or the other: rename it.`,
    );
}

function checkFused(who: string, { fusion }: Parts): void {
  if (fusion) return;
  throw new ModalkitError(
    'COMPOSE',
    `${who} reads fused tokens, but the config has no fusion; add \`fusion: cross()\` or set \`from\`.`,
  );
}

/** A split that a head names is one that it was not trained on. */
function checkHeldOut(who: string, { fits = [] }: Head, { train }: Parts): void {
  if (!fits.some(({ split }) => split !== undefined && split === train?.split)) return;
  throw new ModalkitError(
    'COMPOSE',
    `${who} is calibrated on the split "${train?.split}", which is trained on, and would promise too much; name a split that is held out.`,
  );
}

/** What is to be written must be of classes, and not be read by what writes it. */
function checkDecoder(who: string, { needsFusion }: Head, input: string, { inputs, fusion }: Parts): void {
  checkReferences(who, 'input', [input], Object.keys(inputs));
  const { adapter, list } = inputs[input]!;
  const lacks = adapter.target?.kind === 'classes' ? adapter.decode === undefined && 'no `decode`' : 'no classes';
  if (lacks)
    throw new ModalkitError(
      'COMPOSE',
      `${who} writes "${input}", but ${adapter.id} has ${lacks} to make a sample of tokens; name another input.`,
    );
  if (list > 1)
    throw new ModalkitError('COMPOSE', `${who} writes "${input}", which holds a list; name an input of one sample.`);
  if (!needsFusion || !joinedInputs(fusion ?? {}, inputs).includes(input)) return;
  const others = Object.keys(inputs).filter((name) => name !== input);
  throw new ModalkitError(
    'COMPOSE',
    `${who} writes "${input}", but reads it too: the fusion joins it; name the fusion's inputs without it, such as \`inputs: [${others.map((name) => `'${name}'`).join(', ')}]\`.`,
  );
}

function checkWrites(who: string, name: string, { decoder, id }: Head): void {
  if (decoder) return;
  throw new ModalkitError(
    'COMPOSE',
    `${who} reads what the head "${name}" writes, but ${id} writes nothing; name a \`decoder\` head.`,
  );
}

function checkObjective(who: string, { needsFusion, hidden = [] }: Objective, parts: Parts): void {
  if (needsFusion) checkFused(who, parts);
  for (const name of hidden) {
    const { adapter } = parts.inputs[name]!;
    if (!adapter.target)
      throw new ModalkitError(
        'COMPOSE',
        `${who} predicts hidden tokens of "${name}", but ${adapter.id} has no \`target\` to predict them as; name another input.`,
      );
    if (!parts.masking[name] && !parts.tokenBudget?.inputs.includes(name))
      throw new ModalkitError(
        'COMPOSE',
        `${who} predicts hidden tokens of "${name}", but nothing hides any; add \`masking: { ${name}: { kind: 'random', ratio: 0.15 } }\`.`,
      );
  }
}

/** What the fusion takes in a window of time, each joined input's rate must not exceed. */
function checkWindow({ inputs, fusion }: Parts): void {
  if (!fusion?.window) return;
  const { seconds, tokens } = fusion.window;
  for (const name of joinedInputs(fusion, inputs)) {
    const { adapter } = inputs[name]!;
    const given = (adapter.supports.tokensPerSecond ?? 0) * seconds;
    if (given <= tokens) continue;
    throw new ModalkitError(
      'COMPOSE',
      `inputs/${name}: ${adapter.id} gives ${adapter.supports.tokensPerSecond} tokens/s, ${fusion.id} takes ${tokens} in ${seconds} s; set a stride of ${Math.ceil(given / tokens)} there, or a wider window.`,
    );
  }
}

function checkShares(inputs: Parts['inputs']): void {
  for (const [name, { adapter }] of Object.entries(inputs)) {
    if (adapter.share === undefined) continue;
    checkReferences(
      `inputs/${name}`,
      'input',
      [adapter.share],
      Object.keys(inputs).filter((other) => other !== name),
    );
    const other = inputs[adapter.share]!.adapter;
    if (other.id !== adapter.id) {
      throw new ModalkitError(
        'COMPOSE',
        `inputs/${name} (${adapter.id}) shares with "${adapter.share}", which is ${other.id}; share with an input of the same plugin.`,
      );
    }
    if (other.share !== undefined) {
      throw new ModalkitError(
        'COMPOSE',
        `inputs/${name} shares with "${adapter.share}", which itself shares with "${other.share}"; name "${other.share}".`,
      );
    }
  }
}

function checkMasking({ inputs, masking, tokenBudget }: Parts): void {
  checkReferences('masking', 'input', Object.keys(masking), Object.keys(inputs));
  checkReferences('tokenBudget', 'input', tokenBudget?.inputs, Object.keys(inputs));
  for (const [name, { kind }] of Object.entries(masking)) checkMask(`masking.${name}`, inputs[name]!, kind);
  for (const name of tokenBudget?.inputs ?? []) {
    checkMask('tokenBudget', inputs[name]!, 'random');
    if (masking[name])
      throw new ModalkitError(
        'COMPOSE',
        `tokenBudget: "${name}" has a policy in \`masking\` too; take it out of one of the two.`,
      );
  }
}

function checkMask(who: string, { adapter }: InputPart, kind: MaskPolicy['kind']): void {
  const { masks } = adapter.supports;
  if (masks.includes(kind)) return;
  const known = masks.join(', ') || 'none';
  throw new ModalkitError('COMPOSE', `${who}: ${adapter.id} has no mask policy "${kind}"; it has ${known}.`);
}

/** @throws ModalkitError COMPOSE when a source feeds no input that takes live data */
export function checkLive({
  inputs,
  live,
}: {
  readonly inputs: Parts['inputs'];
  readonly live: Readonly<Record<string, unknown>>;
}): void {
  checkReferences('live', 'input', Object.keys(live), Object.keys(inputs));
  for (const name of Object.keys(live)) {
    const { adapter } = inputs[name]!;
    if (adapter.stream) continue;
    throw new ModalkitError(
      'COMPOSE',
      `live.${name}: ${adapter.id} takes no live input; take ${name} out of \`live\`, or use an adapter that has \`stream\`.`,
    );
  }
}
