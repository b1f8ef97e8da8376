import { type Config, cross, early, late, ModalkitError, suggestName } from '@modalkit/core';

const FUSIONS = { early, late, cross };
export type FusionKind = keyof typeof FUSIONS;
export const FUSION_KINDS = Object.keys(FUSIONS) as FusionKind[];
const SECTIONS = ['train', 'data', 'space', 'weights'];

export interface Overrides {
  readonly fusion?: FusionKind;
  readonly steps?: string;
  readonly seed?: string;
  readonly eager?: boolean;
  /** `field=value` each. */
  readonly set?: readonly string[];
}

/** Changes a config by the flags of a command line: the fusion, and plain fields. */
export function overrideConfig(config: Config, { fusion, steps, seed, eager, set = [] }: Overrides): Config {
  const changed = structuredPlain(config);
  if (fusion) changed.fusion = FUSIONS[fusion](inputsOfFusion(config));
  if (steps !== undefined) changed.train = { ...changed.train, steps: value(steps) as number };
  if (eager) changed.train = { ...changed.train, eager };
  if (seed !== undefined) changed.seed = value(seed) as number;
  for (const assignment of set) assign(changed as unknown as Record<string, unknown>, assignment);
  return changed;
}

/** A copy whose plain sections may be written to; plugins stay what they are. */
function structuredPlain(config: Config): { -readonly [Key in keyof Config]: Config[Key] } {
  return {
    ...config,
    train: { ...config.train },
    data: { ...config.data },
    ...(config.space ? { space: { ...config.space } } : {}),
    ...(config.weights ? { weights: { ...config.weights } } : {}),
  };
}

/** Another fusion joins the inputs that the config's own joins. */
function inputsOfFusion({ fusion }: Config): { inputs?: string[] } {
  if (!fusion) return {};
  let inputs: readonly string[] | undefined;
  const nothing = () => undefined;
  fusion.setup({
    slot: 'fusion',
    provide: (_, factory) => (inputs = (factory() as { inputs?: string[] }).inputs),
    keep: nothing,
    get: nothing as never,
    onDispose: nothing,
  });
  return inputs ? { inputs: [...inputs] } : {};
}

function assign(config: Record<string, unknown>, assignment: string): void {
  const [, path, text] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
  if (path === undefined)
    throw new ModalkitError('USAGE', `--set ${assignment}: write field=value, for example train.learningRate=0.001.`);
  if (path === 'seed') {
    config.seed = value(text!);
    return;
  }
  const [section, ...keys] = path.split('.');
  if (!SECTIONS.includes(section!) || keys.length === 0) {
    throw new ModalkitError(
      'USAGE',
      `--set ${path}: only seed and fields of ${SECTIONS.join(', ')} can be set; ${suggestName(section!, [...SECTIONS, 'seed'])}`,
    );
  }
  let place = config;
  for (const key of [section!, ...keys.slice(0, -1)]) {
    if (['__proto__', 'constructor', 'prototype'].includes(key))
      throw new ModalkitError('USAGE', `--set ${path}: "${key}" is no field.`);
    place[key] = { ...(place[key] as object) };
    place = place[key] as Record<string, unknown>;
  }
  place[keys.at(-1)!] = value(text!);
}

/** A JSON value where it is one, else the text. */
function value(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
