import type {
  Aligned,
  Fused,
  FusedView,
  InputView,
  MaskPolicy,
  Position,
  StepContext,
  Tensor,
  Term,
  Tf,
  TokenLayout,
  Tokens,
} from '@modalkit/contract';
import { maskedMean } from '@modalkit/toolkit';
import { checkReferences } from '../compose/check-names.js';
import type { InputPart } from '../data/data-project.js';
import { vocabulariesOf } from '../decode/vocabularies-of.js';
import { maskPolicies } from '../masking/mask-policies.js';
import { checkAligned, checkFused, checkHidden, checkOutputs, checkTerms, checkTokens } from './check-shapes.js';
import { fusionInputs } from './declare-weights.js';
import { dropInputs } from './drop-inputs.js';
import { tokensAmong } from './kept-tokens.js';
import { weightReader } from './low-rank.js';
import type { Model } from './model.js';
import { packingOf, unpackTokens } from './packing.js';
import type { StepBatch, StepInput } from './step-batch.js';
import { type Pass, stepContext } from './step-context.js';

/** What a pass through the model gives. */
export interface Predictions extends FusedView {
  /** By `<head>/<output>`. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** `[B]` bool by input: what the fusion was given. */
  readonly joined: Readonly<Record<string, Tensor>>;
}

export interface ForwardOptions {
  readonly training: boolean;
  /** Weights by name; the model's own variables when left out. */
  readonly weight?: (name: string) => Tensor | undefined;
}

/** What the contexts of one pass of a batch through the model have in common. */
export function passOf(model: Model, { key, rows }: StepBatch, { training, weight }: ForwardOptions): Pass {
  const { runtime, backend } = model;
  return { backend, space: runtime.config.space, training, key, rows, weight: weight ?? weightReader(model) };
}

/** Mask, encode, align, fuse, predict: the journey of a batch as far as the heads. */
export function forward(
  model: Model,
  batch: StepBatch,
  options: ForwardOptions,
): Predictions & { readonly pass: Pass } {
  const { runtime } = model;
  const pass = passOf(model, batch, options);
  const inputs: Record<string, InputView> = {};
  const policies = maskPolicies(model, pass, batch);
  for (const name of runtime.inputNames) {
    const [part, input] = [runtime.inputs[name]!, batch.inputs[name]];
    if (input) inputs[name] = alignInput(model, pass, part, input, policies[name]);
  }
  const joined = joinedInputs(model, pass, inputs);
  const hide: FusedView['hide'] = (name, hidden) =>
    alignInput(model, pass, runtime.inputs[name]!, batch.inputs[name]!, hidden);
  const view = { inputs, fused: fuse(model, pass, inputs, joined), vocabularies: vocabulariesOf(model, pass), hide };
  return { ...view, joined, outputs: predict(model, pass, view, Object.keys(runtime.heads)), pass };
}

/** Outputs of some heads as if the samples had only some of the inputs: aligned tokens are taken from a whole pass. */
export function predictFrom(
  model: Model,
  { inputs, vocabularies, hide, pass }: Predictions & { readonly pass: Pass },
  names: readonly string[],
  heads: readonly string[],
): FusedView & Pick<Predictions, 'outputs'> {
  const { tf } = model.backend;
  const some = Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [name, names.includes(name) ? input : absent(tf, input)]),
  );
  const view = { inputs: some, fused: fuse(model, pass, some, presentOf(some)), vocabularies, hide };
  return { ...view, outputs: predict(model, pass, view, heads) };
}

function absent(tf: Tf, { values, valid, hidden, pooled, present, ...rest }: InputView): InputView {
  const gone = Object.entries({ values, valid, hidden, pooled, present }).map(([name, x]) => [name, tf.zerosLike(x)]);
  return { ...rest, ...Object.fromEntries(gone) };
}

/** Fuses some inputs alone, in any number of rows. */
function fuseAlone(model: Model, pass: Pass, whole: Views, some: Views): Fused {
  const { tf } = model.backend;
  const names = fusionInputs(model.runtime);
  checkReferences('A fusion of some inputs', 'input', Object.keys(some), names);
  const rows = Object.values(some)[0]!.present.shape[0]!;
  const all = Object.fromEntries(names.map((name) => [name, some[name] ?? noRows(tf, whole[name]!, rows)]));
  return fuse(model, pass, all, presentOf(all))!;
}

/** An input that none of so many samples has. */
function noRows(tf: Tf, { values, valid, hidden, position, pooled, present }: InputView, rows: number): InputView {
  const zeros = <T extends object>(tensors: T): T =>
    Object.fromEntries(
      Object.entries(tensors as Record<string, Tensor | undefined>).map(([name, tensor]) => [
        name,
        tensor && tf.zeros([rows, ...tensor.shape.slice(1)], tensor.dtype),
      ]),
    ) as T;
  return { ...zeros({ values, valid, hidden, pooled, present }), position: zeros(position) };
}

/** How tokens are hidden: as the adapter does by a policy, or these of the valid ones. */
type Hiding = MaskPolicy | ((valid: Tensor) => Tensor);

function hiddenOf({ adapter }: InputPart, layout: TokenLayout, how: Hiding | undefined, context: StepContext): Tensor {
  if (!how) return context.tf.zerosLike(layout.valid);
  return typeof how === 'function' ? how(layout.valid) : adapter.mask(layout, how, context);
}

/** One input as far as the joint space, all samples of the batch again where it is packed; the items of a list stand one after the other, `turn` tells them apart. */
export function alignInput(model: Model, pass: Pass, part: InputPart, input: StepInput, policy?: Hiding): InputView {
  const { adapter, name, stateOf, list } = part;
  const packing = packingOf(input);
  const context = inputContext(model, pass, part, input);
  const kept = policy ? undefined : tokensAmong(context.tf, input.arrays);
  const tokens = kept ?? encodeInput(model, pass, part, input, policy);
  const aligned = adapter.align(tokens, pass.space, context);
  checkAligned(`${adapter.id} (inputs/${name})`, aligned, input.arrays.valid.shape[0]!, pass.space.width);
  const joined = list > 1 ? joinItems(context, aligned, packing?.rows.shape[0] ?? input.present.shape[0]!) : aligned;
  const { target } = adapter;
  const whole = stepContext(pass, stateOf, name, model.states[stateOf]);
  return {
    ...(packing ? unpackTokens(context.tf, joined, packing) : joined),
    present: input.present,
    ...(target && { scorer: { kind: target.kind, score: (values) => target.score(values, whole) } }),
  };
}

/** One input as tokens of its own width, of the samples that go through its adapter. */
export function encodeInput(model: Model, pass: Pass, part: InputPart, input: StepInput, policy?: Hiding): Tokens {
  const { adapter, name } = part;
  const context = inputContext(model, pass, part, input);
  const { valid, time, box, order } = input.arrays;
  const layout: TokenLayout = { valid, position: { time, box, order } };
  const who = `${adapter.id} (inputs/${name})`;
  const hidden = hiddenOf(part, layout, policy, context);
  checkHidden(who, hidden, valid);
  const tokens = adapter.encode(input.arrays, { hidden }, context);
  checkTokens(who, 'encode', tokens, valid.shape[0]!, null);
  return tokens;
}

function inputContext(model: Model, pass: Pass, { name, stateOf }: InputPart, input: StepInput): StepContext {
  return stepContext({ ...pass, packing: packingOf(input) }, stateOf, name, model.states[stateOf]);
}

/** `[B*L, T, …]` -> `[B, L*T, …]`, and the mean of the pooled vectors of the items that are there. */
function joinItems({ tf }: StepContext, aligned: Aligned, batch: number): Aligned {
  const [rows, tokens] = aligned.valid.shape as [number, number];
  const items = rows / batch;
  const join = <T extends Tensor | undefined>(tensor: T): T =>
    (tensor && tf.reshape(tensor, [batch, items * tokens, ...tensor.shape.slice(2)])) as T;
  const present = tf.reshape(tf.any(aligned.valid, 1), [batch, items]);
  const { time, box, order } = aligned.position;
  const turn = tf.tile(tf.reshape(tf.range(0, items, 1, 'int32'), [1, items, 1]), [batch, 1, tokens]);
  const position: Position = {
    time: join(time),
    box: join(box),
    order: join(order),
    turn: tf.reshape(turn, [batch, items * tokens]),
  };
  return {
    values: join(aligned.values),
    valid: join(aligned.valid),
    hidden: join(aligned.hidden),
    target: join(aligned.target),
    position,
    pooled: maskedMean(tf, tf.reshape(aligned.pooled, [batch, items, -1]), present),
  };
}

type Views = Readonly<Record<string, InputView>>;

const presentOf = (inputs: Views): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(inputs).map(([name, { present }]) => [name, present]));

/** What of each sample the fusion is given. */
function joinedInputs({ runtime }: Model, pass: Pass, inputs: Views): Record<string, Tensor> {
  const rate = runtime.config.train.inputDropout;
  const all = presentOf(inputs);
  const names = fusionInputs(runtime).filter((name) => inputs[name]);
  if (!pass.training || rate === 0 || names.length === 0) return all;
  const kept = dropInputs(
    stepContext(pass, 'fusion', 'fusion'),
    names.map((name) => all[name]!),
    rate,
  );
  return { ...all, ...Object.fromEntries(names.map((name, index) => [name, kept[index]!])) };
}

function fuse(model: Model, pass: Pass, inputs: Views, joined: Readonly<Record<string, Tensor>>): FusedView['fused'] {
  const names = fusionInputs(model.runtime);
  if (!model.runtime.fusion || !names.every((name) => inputs[name])) return undefined;
  const { fusion } = model.runtime;
  const fused = fusion.fuse(
    names.map((name) => ({ ...inputs[name]!, name, present: joined[name]! })),
    stepContext(pass, 'fusion', 'fusion'),
  );
  checkFused(`${fusion.id} (fusion)`, fused, joined[names[0]!]!.shape[0]!, pass.space.width);
  return fused;
}

function predict(model: Model, pass: Pass, view: FusedView, heads: readonly string[]): Record<string, Tensor> {
  const outputs: Record<string, Tensor> = {};
  for (const name of heads) {
    const head = model.runtime.heads[name]!;
    const lacks = (head.needsFusion && !view.fused) || (head.inputs ?? []).some((input) => !view.inputs[input]);
    if (lacks) continue;
    const predicted = head.predict(view, stepContext(pass, `heads/${name}`, `heads/${name}`));
    checkOutputs(`${head.id} (heads/${name})`, predicted);
    for (const [output, tensor] of Object.entries(predicted)) outputs[`${name}/${output}`] = tensor;
  }
  return outputs;
}

/** The terms of every objective, or of those that are asked for, by `<objective>/<term>`. */
export function score(
  model: Model,
  batch: StepBatch,
  predictions: Predictions & { readonly pass: Pass },
  asked: (objective: string) => boolean = () => true,
): Record<string, Term> {
  const terms: Record<string, Term> = {};
  const { inputs, pass } = predictions;
  const fuse = model.runtime.fusion && ((some: Views) => fuseAlone(model, pass, inputs, some));
  const view = { ...predictions, targets: batch.targets, fuse };
  for (const [name, objective] of Object.entries(model.runtime.objectives).filter(([name]) => asked(name))) {
    const context = stepContext(pass, `objectives/${name}`, `objectives/${name}`);
    const found = objective.terms(view, context);
    checkTerms(`${objective.id} (objectives/${name})`, found);
    for (const [term, value] of Object.entries(found)) terms[`${name}/${term}`] = value;
  }
  return terms;
}

/** Scalars that open the gates of this batch, 0 or more: which weights an update may touch. */
export function gates(
  tf: Tf,
  model: Model,
  batch: StepBatch,
  joined: Readonly<Record<string, Tensor>>,
  terms: Readonly<Record<string, Term>>,
): Record<string, Tensor> {
  const open: Record<string, Tensor> = { always: tf.scalar(1) };
  const some = (valid: Tensor) => tf.cast(tf.any(valid), 'float32');
  for (const [name, { arrays }] of Object.entries(batch.inputs)) {
    open[`input/${name}`] = some(arrays.valid);
    open[`absent/${name}`] = some(tf.logicalNot(joined[name]!));
  }
  const sum = (tensors: Tensor[]) => tensors.reduce((total, tensor) => tf.add(total, tensor));
  for (const [name, head] of Object.entries(model.runtime.heads)) {
    const targets = Object.keys(head.targets ?? {}).map((target) => some(batch.targets[target]!.valid));
    const taught = batch.inputs[head.decoder?.input ?? ''];
    if (taught) targets.push(some(taught.arrays.valid));
    open[`head/${name}`] = targets.length > 0 && !head.fits ? sum(targets) : open.always!;
  }
  for (const name of Object.keys(model.runtime.objectives)) {
    const counts = Object.keys(terms)
      .filter((term) => term.startsWith(`${name}/`))
      .map((term) => terms[term]!.count);
    open[`objective/${name}`] = counts.length > 0 ? sum(counts) : open.always!;
  }
  for (const [term, { count }] of Object.entries(terms)) open[`objective/${term}`] = count;
  return open;
}
