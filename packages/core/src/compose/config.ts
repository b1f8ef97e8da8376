import { isPlugin, type MaskPolicy, type Nothing, type Plugin, type PluginSet } from '@modalkit/contract';
import { z } from 'zod';
import { dataOptions } from '../data/data-options.js';
import { pretrainedOptions } from '../pretrained/pretrained-options.js';
import { sweepOptions } from '../sweep/sweep-options.js';
import { trainOptions } from '../train/train-options.js';
import type { Composition } from './expand-sets.js';
import { isSomething } from './is-something.js';

/** An input whose samples are lists, made by `list`. */
export interface ListInput {
  readonly item: Plugin;
  /** Items beyond this number are refused as a bad sample. */
  readonly most: number;
}

/** An input that holds several samples of one kind: turns of a dialogue, several pictures. */
export function list(item: Plugin, most: number): ListInput {
  return { item, most };
}

export type Inputs = Readonly<Record<string, Plugin | ListInput | Nothing>>;

// Functions pass the schema so that a factory which was not called is refused by its name, with the fix, in compose.
const plugin = z.custom<Plugin>(
  (value) => isPlugin(value) || typeof value === 'function',
  'expected a plugin such as cross({ … })',
);
const maybe = z.custom<Plugin | Nothing>(
  (value) => !isSomething(value) || isPlugin(value) || typeof value === 'function',
  'expected a plugin such as cross({ … })',
);
const slots = z.record(z.string(), maybe);
const input = z.union([maybe, z.strictObject({ item: plugin, most: z.int().min(1).max(1024) })]);
const inputs = z.record(z.string(), input);
const ratio = z.number().min(0).max(1);
const maskPolicy: z.ZodType<MaskPolicy, MaskPolicy> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('random'), ratio }),
  z.strictObject({ kind: z.literal('span'), ratio, span: z.int().min(1) }),
  z.strictObject({ kind: z.literal('block'), ratio, block: z.number().gt(0).max(1) }),
  z.strictObject({ kind: z.literal('tube'), ratio }),
  z.strictObject({ kind: z.literal('drop'), ratio }),
]);

/** The whole config of a project; unknown keys are refused. */
export const configSchema = z.strictObject({
  title: z.string().optional(),
  description: z.string().optional(),
  /** Named adapter instances, or a list of such records whose names must not collide. */
  inputs: z.union([inputs, z.array(inputs)]),
  /** Plugins that fill no slot of their own: services, reporters. */
  plugins: z.array(maybe).default([]),
  /** Sets of plugins, made by `definePluginSet`; what the config itself names comes after them, and in place of theirs. */
  sets: z.array(z.custom<PluginSet | Nothing>()).default([]),
  space: z.strictObject({ width: z.int().min(1).max(65536) }).default({ width: 64 }),
  /** Inputs whose weights come from a package or a folder, frozen unless it says otherwise. */
  pretrained: pretrainedOptions.default({}),
  fusion: plugin.optional(),
  heads: slots.default({}),
  objectives: slots,
  /** Factors of objectives in the total, in place of their own `weight`. */
  weights: z.record(z.string(), z.number().min(0)).default({}),
  metrics: slots.default({}),
  balancer: plugin.optional(),
  /** How tokens of an input are hidden in training. */
  masking: z.record(z.string(), maskPolicy).default({}),
  /** Tokens that are seen in training, shared out anew among the inputs of each sample. */
  tokenBudget: z
    .strictObject({
      inputs: z.array(z.string()).min(2),
      /** Visible tokens of a sample over these inputs. */
      visible: z.number().min(1),
      /** Of the Dirichlet distribution: near 0 one input gets all, much above 1 each the same. */
      concentration: z.number().min(0.05).max(1000).default(1),
    })
    .optional(),
  /** Devices that `modalkit live` and `record` read, by the input that takes what they yield. */
  live: slots.default({}),
  data: dataOptions.extend({ source: plugin }),
  train: trainOptions,
  /** Settings that `modalkit compare` tries. */
  sweep: sweepOptions.optional(),
  seed: z.int().min(0).max(0x7fffffff).default(0),
});

/** A project's config as one writes it. */
export type Config = z.input<typeof configSchema>;
export type ParsedConfig = z.output<typeof configSchema>;
/** A config with every default, and with the plugins of its sets in their places. */
export type ResolvedConfig = Omit<ParsedConfig, 'sets' | keyof Composition> & Composition;

declare const PARTS: unique symbol;

/** A config that the compiler knows the inputs and heads of, by name. */
export type NamedConfig<Ins, Hs> = Config & { readonly [PARTS]?: { readonly inputs: Ins; readonly heads: Hs } };

type Parts<C> = C extends { readonly [PARTS]?: infer P } ? NonNullable<P> : unknown;
type Names<Part> = Part extends readonly unknown[] ? string : keyof Part & string;
/** Names of the inputs of a config; any string where the compiler does not know them. */
export type InputName<C> = Parts<C> extends { readonly inputs: infer Ins } ? Names<Ins> : string;
/** Names of the heads of a config; any string where the compiler does not know them. */
export type HeadName<C> = Parts<C> extends { readonly heads: infer Hs } ? Names<Hs> : string;

/** Types a config file; the config is checked when it is composed. */
export function defineConfig<
  const Ins extends Config['inputs'],
  const Hs extends Config['heads'] = Record<never, never>,
>(config: Config & { readonly inputs: Ins; readonly heads?: Hs }): NamedConfig<Ins, Hs> {
  return config;
}
