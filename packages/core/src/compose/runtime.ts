import {
  ADAPTER,
  type Adapter,
  BALANCER,
  type Balancer,
  DATA_SOURCE,
  type DataSource,
  FUSION,
  type Fusion,
  HEAD,
  type Head,
  type Json,
  LIVE_SOURCE,
  type LiveSource,
  METRIC,
  type Metric,
  ModalkitError,
  OBJECTIVE,
  type Objective,
  type Plugin,
  REPORTER,
  type Reporter,
  type TargetSpec,
  type Token,
} from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { checkBalance } from '../data/balance-groups.js';
import type { DataProject, InputPart } from '../data/data-project.js';
import { composePretrained } from '../pretrained/compose-pretrained.js';
import { fixedWeights } from '../train/fixed-weights.js';
import { checkNames, checkReferences } from './check-names.js';
import { checkParts } from './check-parts.js';
import { checkPlugins, type Slot } from './check-plugins.js';
import { type Config, configSchema, type ListInput, type ResolvedConfig } from './config.js';
import { expandSets } from './expand-sets.js';
import { mapValues } from './map-values.js';
import { callHook, nameHooks } from './named-hooks.js';
import { ProjectScope } from './project-scope.js';
import { resolvedJson } from './resolved-json.js';
import { weightedObjectives } from './weighted-objectives.js';

/** A composed project: every part made and checked against the others, no tensor yet. */
export interface Runtime extends DataProject {
  readonly config: ResolvedConfig;
  /** Input names, sorted: the order of fusion. */
  readonly inputNames: readonly string[];
  readonly fusion?: Fusion;
  readonly heads: Readonly<Record<string, Head>>;
  readonly objectives: Readonly<Record<string, Objective>>;
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly balancer: Balancer;
  /** Live sources by the input they feed; none is opened yet. */
  readonly live: Readonly<Record<string, LiveSource>>;
  readonly reporters: readonly Reporter[];
  /** The config with every default filled in, as plain data. */
  readonly resolved: Json;
  /** Plugin ids and versions in the order of composition. */
  readonly plugins: readonly { readonly slot: string; readonly id: string; readonly version?: string }[];
  /** A service that a plugin provides under a token of its own. */
  get<T>(token: Token<T>): T | undefined;
  dispose(): Promise<void>;
}

/** Where a project lives. */
export interface RuntimePlace {
  /** Folder of the config; relative paths start here. */
  readonly folder: string;
  /** The config's file: without it, data is prepared in this process. */
  readonly configPath?: string;
}

/**
 * Composes a project from its config.
 * @throws ModalkitError CONFIG, OPTIONS or COMPOSE that names the field or plugin, before a tensor exists
 */
export function createRuntime(config: Config, place: RuntimePlace): Runtime {
  const { sets, ...own } = parseOptions(configSchema, config, 'config', 'CONFIG');
  const parsed: ResolvedConfig = { ...own, ...expandSets({ ...own, sets }) };
  if (Object.keys(parsed.inputs).length === 0)
    throw new ModalkitError('CONFIG', 'config: inputs is empty; name at least one, such as { name: plugin() }.');
  const slots = checkPlugins(listSlots(parsed));
  const scope = new ProjectScope();
  for (const { slot, plugin } of slots) callHook({ slot, plugin: plugin.id }, 'setup', () => scope.setup(slot, plugin));
  checkRequirements(scope, slots);
  const made = makeInputParts(scope, parsed.inputs);
  const inputParts = composePretrained(made, parsed.pretrained, parsed.space.width, place.folder);
  const pick = <T extends object>(group: string, named: Readonly<Record<string, unknown>>, token: Token<T>) =>
    mapValues(named, (_, name) => required(scope, `${group}/${name}`, token));
  const parts = {
    inputs: inputParts,
    fusion: parsed.fusion && required(scope, 'fusion', FUSION),
    heads: pick('heads', parsed.heads, HEAD),
    objectives: weightedObjectives(pick('objectives', parsed.objectives, OBJECTIVE), parsed.weights),
    metrics: pick('metrics', parsed.metrics, METRIC),
    masking: parsed.masking,
    tokenBudget: parsed.tokenBudget,
    live: pick('live', parsed.live, LIVE_SOURCE),
    balancer: parsed.balancer ? required(scope, 'balancer', BALANCER) : fixedWeights,
  };
  const pretrained = mapValues(parsed.pretrained, (options, name) => ({
    ...options,
    sha256: inputParts[name]!.pretrained!.sha256,
  }));
  const targets = collectTargets(parts);
  checkParts({ ...parts, train: parsed.train }, targets);
  checkBalance(parsed.data.balance, targets);
  checkReferences('train.only', 'target', Object.keys(parsed.train.only), Object.keys(targets));
  const { source: _, ...data } = parsed.data;
  return {
    ...place,
    ...parts,
    config: parsed,
    data,
    seed: parsed.seed,
    source: required(scope, 'data/source', DATA_SOURCE) as DataSource,
    reporters: scope.all(REPORTER),
    inputNames: Object.keys(inputParts).sort(),
    targets,
    resolved: resolvedJson({ ...parsed, pretrained }, scope),
    plugins: slots.map(({ slot, plugin }) => ({ slot, id: plugin.id, version: plugin.version })),
    get: (token) => scope.all(token)[0],
    dispose: () => scope.dispose(),
  };
}

function listSlots(config: ResolvedConfig): { slot: string; plugin: Plugin }[] {
  const named = (group: string, record: Readonly<Record<string, Plugin>>) =>
    Object.entries(record).map(([name, plugin]) => ({ slot: `${group}/${name}`, plugin }));
  const single = (slot: string, plugin: Plugin | undefined) => (plugin ? [{ slot, plugin }] : []);
  return [
    ...config.plugins.map((plugin, index) => ({ slot: `plugins/${index}`, plugin })),
    ...Object.entries(config.inputs).map(([name, value]) => ({ slot: `inputs/${name}`, plugin: itemOf(value) })),
    ...single('fusion', config.fusion),
    ...named('heads', config.heads),
    ...named('objectives', config.objectives),
    ...named('metrics', config.metrics),
    ...named('live', config.live),
    ...single('balancer', config.balancer),
    ...single('data/source', config.data.source),
  ];
}

function itemOf(input: Plugin | ListInput): Plugin {
  return 'item' in input ? input.item : input;
}

function checkRequirements(scope: ProjectScope, slots: readonly Slot[]): void {
  for (const { slot, plugin } of slots) {
    const missing = (plugin.requires ?? []).filter((token) => !scope.has(token));
    if (missing.length > 0) {
      const names = missing.map((token) => `"${token.name}"`).join(', ');
      throw new ModalkitError(
        'COMPOSE',
        `${plugin.id} (${slot}) needs ${names}, which nothing provides; add a plugin that does to \`plugins\`.`,
      );
    }
  }
}

function required<T extends object>(scope: ProjectScope, slot: string, token: Token<T>): T {
  const value = scope.ofSlot(slot, token);
  const plugin = scope.pluginOf(slot);
  if (value === undefined || plugin === undefined) {
    throw new ModalkitError(
      'COMPOSE',
      `${slot}: its plugin provides no ${token.name}; use one that does in this place.`,
    );
  }
  return nameHooks(value, { slot, plugin });
}

function makeInputParts(scope: ProjectScope, inputs: ResolvedConfig['inputs']): Record<string, InputPart> {
  return mapValues(inputs, (value, name) => {
    const adapter: Adapter = required(scope, `inputs/${name}`, ADAPTER);
    if (adapter.dispose) scope.onDispose(`inputs/${name}`, () => adapter.dispose?.());
    return { name, adapter, list: 'item' in value ? value.most : 1, stateOf: adapter.share ?? name };
  });
}

function collectTargets(parts: {
  heads: Record<string, Head>;
  objectives: Record<string, Objective>;
  metrics: Record<string, Metric>;
}): Record<string, TargetSpec> {
  const targets: Record<string, TargetSpec> = {};
  const all = [
    ...[...Object.values(parts.heads), ...Object.values(parts.objectives)].map(({ targets: own }) => own),
    ...Object.values(parts.metrics).map(({ labels }) => labels),
  ].flatMap((own) => Object.entries(own ?? {}));
  // A spec that knows its classes' names serves the parts that read the same column without them.
  for (const [name, spec] of all) if (!targets[name] || (spec.names && !targets[name].names)) targets[name] = spec;
  checkNames('Target', Object.keys(targets));
  return targets;
}
