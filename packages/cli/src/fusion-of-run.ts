import { type Config, readRunFile } from '@modalkit/core';
import { overrideConfig } from './override-config.js';

const KINDS = ['early', 'late', 'cross'] as const;

/** The change that makes a project's config the one a run was trained with, when `--fusion` had replaced its fusion. */
export async function fusionOfRun(folder: string): Promise<(config: Config) => Config> {
  const { plugins } = await readRunFile(folder);
  const id = plugins.find(({ slot }) => slot === 'fusion')?.id;
  const kind = KINDS.find((name) => id === `@modalkit/core/${name}`);
  return (config) => (kind && config.fusion?.id !== id ? overrideConfig(config, { fusion: kind }) : config);
}
