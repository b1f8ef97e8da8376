import {
  ADAPTER,
  BALANCER,
  DATA_SOURCE,
  FUSION,
  HEAD,
  type Json,
  LIVE_SOURCE,
  METRIC,
  OBJECTIVE,
  type Plugin,
  type Token,
} from '@modalkit/contract';
import type { ListInput, ResolvedConfig } from './config.js';
import type { ProjectScope } from './project-scope.js';
import { redact } from './redact.js';

/** The config with every default filled in, as plain data without secrets: saved with each run and checkpoint. */
export function resolvedJson(config: ResolvedConfig, scope: ProjectScope): Json {
  const describe = (slot: string, plugin: Plugin, token: Token<{ readonly options?: Json }>): Json => ({
    plugin: plugin.id,
    ...(plugin.version === undefined ? {} : { version: plugin.version }),
    options: scope.ofSlot(slot, token)?.options ?? null,
  });
  const all = (group: string, record: Readonly<Record<string, Plugin>>, token: Token<{ readonly options?: Json }>) =>
    Object.fromEntries(
      Object.entries(record).map(([name, plugin]) => [name, describe(`${group}/${name}`, plugin, token)]),
    );
  const input = (name: string, value: Plugin | ListInput) =>
    'item' in value
      ? { list: value.most, item: describe(`inputs/${name}`, value.item, ADAPTER) }
      : describe(`inputs/${name}`, value, ADAPTER);
  const { source, ...data } = config.data;
  const plain = JSON.parse(
    JSON.stringify({
      title: config.title,
      description: config.description,
      seed: config.seed,
      inputs: Object.fromEntries(Object.entries(config.inputs).map(([name, value]) => [name, input(name, value)])),
      space: config.space,
      pretrained: Object.keys(config.pretrained).length > 0 ? config.pretrained : undefined,
      fusion: config.fusion && describe('fusion', config.fusion, FUSION),
      heads: all('heads', config.heads, HEAD),
      objectives: all('objectives', config.objectives, OBJECTIVE),
      weights: Object.keys(config.weights).length > 0 ? config.weights : undefined,
      metrics: all('metrics', config.metrics, METRIC as Token<{ options?: Json }>),
      balancer: config.balancer && describe('balancer', config.balancer, BALANCER as Token<{ options?: Json }>),
      masking: config.masking,
      tokenBudget: config.tokenBudget,
      live: all('live', config.live, LIVE_SOURCE),
      data: { ...data, source: describe('data/source', source, DATA_SOURCE) },
      train: config.train,
    }),
  );
  return redact(plain);
}
